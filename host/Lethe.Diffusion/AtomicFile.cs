namespace Lethe.Diffusion;

/// <summary>Files that are either whole or not there: written under a temporary name, then renamed.</summary>
public static class AtomicFile
{
    /// <summary>Ending of files that are being written; whatever carries it after a crash is rubbish.</summary>
    public const string TemporarySuffix = ".part";

    /// <summary>Writes through <paramref name="write"/>, which gets the temporary path, then renames; missing folders are created.</summary>
    public static void Write(string path, Action<string> write)
    {
        var temporary = path + TemporarySuffix;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            write(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            Discard(temporary);
            throw;
        }
    }

    /// <summary>Writes bytes.</summary>
    public static void Write(string path, byte[] bytes) => Write(path, temporary => File.WriteAllBytes(temporary, bytes));

    /// <summary>Writes text as UTF-8 without byte order mark.</summary>
    public static void WriteText(string path, string text) => Write(path, temporary => File.WriteAllText(temporary, text));

    private static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to report.
        }
    }
}

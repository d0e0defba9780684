using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Runs;

/// <summary>Files that are either whole or not there: written under a temporary name, then renamed.</summary>
public static class AtomicFile
{
    /// <summary>Ending of files that are being written; whatever carries it after a crash is rubbish.</summary>
    public const string TemporarySuffix = ".part";

    /// <summary>Writes through <paramref name="write"/>, which gets the temporary path, then renames.</summary>
    /// <exception cref="RunException">The disk refused; the temporary file is gone again.</exception>
    public static void Write(string path, Action<string> write)
    {
        var temporary = path + TemporarySuffix;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            write(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception failure)
        {
            Discard(temporary);
            if (failure is IOException or UnauthorizedAccessException)
                throw Refused(path, failure);
            throw;
        }
    }

    /// <summary>Writes text as UTF-8 without byte order mark.</summary>
    public static void WriteText(string path, string text) => Write(path, temporary => File.WriteAllText(temporary, text));

    /// <summary>The fault for a path that the disk refused.</summary>
    public static RunException Refused(string path, Exception failure) => new(
        ExitCode.RunFailed,
        DiagnosticId.OutputUnwritable,
        $"cannot write `{path}`: {Reason(failure)}",
        "free or choose a writable place with `--output`, then run the same command again: it continues where it stopped",
        failure);

    // .NET appends the path in quotes to the reason; the message names the path already.
    private static string Reason(Exception failure)
    {
        var text = failure.Message;
        var colon = text.IndexOf(" : '", StringComparison.Ordinal);
        return (colon > 0 ? text[..colon] : text).TrimEnd('.', ' ');
    }

    private static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next run on this folder removes it; the first failure is the one to report.
        }
    }
}

using Lethe.Diffusion;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Runs;

/// <summary>Whole files where the user asked for them; a disk that refuses is the user's to mend, so the fault says how.</summary>
public static class OutputFile
{
    /// <summary>Writes through <paramref name="write"/>, which gets a temporary path, then renames.</summary>
    /// <exception cref="RunException">The disk refused; the temporary file is gone again.</exception>
    public static void Write(string path, Action<string> write)
    {
        try
        {
            AtomicFile.Write(path, write);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Refused(path, failure);
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
}

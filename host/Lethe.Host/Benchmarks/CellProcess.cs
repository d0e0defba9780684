using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Lethe.Host.Benchmarks;

/// <summary>One cell in a process of its own: whatever it does to that process, the other cells go on.</summary>
internal static partial class CellProcess
{
    /// <summary>Runs to the end.</summary>
    /// <param name="start">How to start the worker, all its streams redirected.</param>
    /// <param name="progress">Hears how far it is.</param>
    /// <param name="cancel">Ends the worker at once; what it finished is kept.</param>
    /// <returns>Null when the cell is finished, otherwise why it is not.</returns>
    public static string? Run(ProcessStartInfo start, Action<CellProgress> progress, CancellationToken cancel)
    {
        using var process = Process.Start(start)!;
        // Killed with all it may have started; every file of a cell is whole or absent.
        using var stop = cancel.Register(() => process.Kill(entireProcessTree: true));
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (CellProgress.Of(line) is { } told)
                progress(told);
        }
        process.WaitForExit();
        cancel.ThrowIfCancellationRequested();
        return process.ExitCode == 0 ? null : Reason(process.ExitCode, error.GetAwaiter().GetResult());
    }

    private static string Reason(int exitCode, string error)
    {
        var told = Told().Match(error);
        return told.Success
            ? told.Groups["text"].Value
            : string.Create(CultureInfo.InvariantCulture, $"the process ended with exit code {exitCode}{LastLine(error)}");
    }

    private static string LastLine(string error) =>
        error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() is { } line ? $": {line.TrimEnd('.')}" : "";

    [GeneratedRegex(@"^error\[[A-Z0-9]+\]: (?<text>[^\r\n]+)", RegexOptions.Multiline)]
    private static partial Regex Told();
}

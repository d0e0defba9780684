namespace Lethe.EndToEnd;

/// <summary>How a process ended and what it said.</summary>
internal sealed record LetheResult(int ExitCode, string Out, string Error)
{
    /// <summary>Lines that report an error.</summary>
    public IReadOnlyList<string> Errors => [.. Error.Split('\n').Where(line => line.Contains("error[", StringComparison.Ordinal))];
}

using Lethe.Host.Reports;

namespace Lethe.Host.Runs;

/// <summary>A finished run.</summary>
/// <param name="Folder">Full path of the run folder.</param>
/// <param name="Report">All that was found.</param>
public sealed record RunResult(string Folder, ErasureReport Report)
{
    /// <summary>How the process ends.</summary>
    public ExitCode ExitCode => Report.GatesHold ? ExitCode.Success : ExitCode.GateMissed;
}

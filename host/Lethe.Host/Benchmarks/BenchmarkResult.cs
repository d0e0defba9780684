using Lethe.Host.Benchmarks.Tables;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Benchmarks;

/// <summary>A finished benchmark.</summary>
/// <param name="Folder">Full path of its folder.</param>
/// <param name="Table">What was found.</param>
/// <param name="Diagnostics">One error for each cell that failed or is missing.</param>
public sealed record BenchmarkResult(string Folder, BenchmarkTable Table, IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>How the process ends: a table with holes is a failed run.</summary>
    public ExitCode ExitCode => Diagnostics.Count == 0 ? ExitCode.Success : ExitCode.RunFailed;
}

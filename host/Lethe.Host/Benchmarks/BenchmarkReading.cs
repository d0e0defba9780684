using Lethe.Host.Policies;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Benchmarks;

/// <summary>What reading a benchmark file gave.</summary>
/// <param name="Benchmark">The benchmark, with the values of `quick` when they were asked for; null when any diagnostic is an error.</param>
/// <param name="Diagnostics">Everything that is wrong or doubtful, in the order of the file.</param>
/// <param name="Document">The file as written; null when it is no YAML mapping.</param>
public sealed record BenchmarkReading(Benchmark? Benchmark, IReadOnlyList<Diagnostic> Diagnostics, PolicyDocument? Document);

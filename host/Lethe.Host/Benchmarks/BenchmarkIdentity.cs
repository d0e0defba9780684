namespace Lethe.Host.Benchmarks;

/// <summary>What a benchmark's folder belongs to; each cell's folder says the rest.</summary>
/// <param name="Benchmark">Name of the benchmark.</param>
/// <param name="Quick">Whether it is the quick variant.</param>
public sealed record BenchmarkIdentity(string Benchmark, bool Quick);

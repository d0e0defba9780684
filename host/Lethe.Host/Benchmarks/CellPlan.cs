using Lethe.Host.Runs;

namespace Lethe.Host.Benchmarks;

/// <summary>
/// All that a cell's pictures depend on; its text is <c>plan.json</c> of the cell's folder. What does not change them (titles,
/// columns, other rows) is not in it, so that a benchmark can grow without drawing again.
/// </summary>
public sealed record CellPlan
{
    /// <summary>Layout of this document.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Version of the host.</summary>
    public required string Host { get; init; }

    /// <summary>SHA-256 over the model's files, judges included.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>Device to compute on.</summary>
    public required string Device { get; init; }

    /// <summary>Seed of the eraser.</summary>
    public required long Seed { get; init; }

    /// <summary>How pictures are drawn.</summary>
    public required PlannedSampling Sampling { get; init; }

    /// <summary>The eraser's calls; none for the unedited model.</summary>
    public required IReadOnlyList<PlannedStep> Steps { get; init; }

    /// <summary>Pictures.</summary>
    public required IReadOnlyList<PlannedPrompt> Prompts { get; init; }

    /// <summary>The plan of one cell.</summary>
    public static CellPlan Of(PreparedBenchmark benchmark, BenchmarkCell cell) => new()
    {
        Host = benchmark.Plan.Host,
        ModelSha256 = benchmark.Plan.ModelSha256 ?? throw new InvalidOperationException("the model is not hashed yet"),
        Device = benchmark.Plan.Device,
        Seed = benchmark.Plan.Seed,
        Sampling = benchmark.Plan.Sampling,
        Steps = cell.Step is null ? [] : [cell.Step],
        Prompts = benchmark.PromptsOf(cell),
    };
}

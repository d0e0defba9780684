using Lethe.Host.Runs;

namespace Lethe.Host.Benchmarks;

/// <summary>A benchmark with every choice made: rows, targets and the cells that are to be run.</summary>
public sealed record BenchmarkPlan
{
    /// <summary>Name of the row of the unedited model.</summary>
    public const string UneditedRow = "unedited";

    /// <summary>Name of the target when all concepts are erased together.</summary>
    public const string AllTarget = "all";

    /// <summary>Name of the mean over targets.</summary>
    public const string AverageTarget = "average";

    /// <summary>Layout of this document.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Version of the host that made the plan.</summary>
    public required string Host { get; init; }

    /// <summary>Name of the benchmark.</summary>
    public required string Benchmark { get; init; }

    /// <summary>Heading of the table.</summary>
    public required string Title { get; init; }

    /// <summary>Whether the values of `quick` were laid over the others.</summary>
    public required bool Quick { get; init; }

    /// <summary>The model as the file or the command line names it.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 over the model's files; absent in a dry run.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>Device to compute on.</summary>
    public required string Device { get; init; }

    /// <summary>Seed from which all others follow.</summary>
    public required long Seed { get; init; }

    /// <summary>How pictures are drawn.</summary>
    public required PlannedSampling Sampling { get; init; }

    /// <summary>Columns of the table.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>What is erased by one edited model, with the prompts that measure it.</summary>
    public required IReadOnlyList<BenchmarkTarget> Targets { get; init; }

    /// <summary>What is run: the unedited model first, then each row on each target.</summary>
    public required IReadOnlyList<BenchmarkCell> Cells { get; init; }
}

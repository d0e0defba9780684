using Lethe.Host.Runs;

namespace Lethe.Host.Benchmarks.Tables;

/// <summary>All that a benchmark found; <c>table.json</c> is this record. It holds no times: the same benchmark gives the same bytes.</summary>
public sealed record BenchmarkTable
{
    /// <summary>Layout of this document.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Version of the host.</summary>
    public required string Host { get; init; }

    /// <summary>Name of the benchmark.</summary>
    public required string Benchmark { get; init; }

    /// <summary>Heading of the table.</summary>
    public required string Title { get; init; }

    /// <summary>One or two sentences for the reader.</summary>
    public required string Description { get; init; }

    /// <summary>Whether this is the quick variant.</summary>
    public required bool Quick { get; init; }

    /// <summary>Whether every cell was measured.</summary>
    public required bool Complete { get; init; }

    /// <summary>The model as it was named.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 over the model's files.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>How pictures were drawn.</summary>
    public required PlannedSampling Sampling { get; init; }

    /// <summary>Seed from which all others follow.</summary>
    public required long Seed { get; init; }

    /// <summary>The columns.</summary>
    public required IReadOnlyList<TableColumn> Columns { get; init; }

    /// <summary>What was erased: concepts, splits or <c>all</c>, and <c>average</c> behind several of them.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>Two columns that the plot sets against each other.</summary>
    public required IReadOnlyList<string> Plot { get; init; }

    /// <summary>Rows: the unedited model, the erasers, then what was published on other models.</summary>
    public required IReadOnlyList<TableRow> Rows { get; init; }
}

using Lethe.Host.Runs;

namespace Lethe.Host.Benchmarks;

/// <summary>One row on one target: an edit and its pictures. The unedited model is one cell for all targets.</summary>
public sealed record BenchmarkCell
{
    /// <summary>Id of the unedited model's cell.</summary>
    public const string Unedited = "unedited";

    /// <summary>Name of the cell's folder, unique in its benchmark.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the row.</summary>
    public required string Row { get; init; }

    /// <summary>Name of the target; absent for the unedited model.</summary>
    public string? Target { get; init; }

    /// <summary>The eraser's call; absent for the unedited model.</summary>
    public PlannedStep? Step { get; init; }

    /// <summary>Pictures that are drawn.</summary>
    public required int Pictures { get; init; }
}

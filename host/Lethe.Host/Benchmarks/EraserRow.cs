using Lethe.Host.Policies;

namespace Lethe.Host.Benchmarks;

/// <summary>One row of a benchmark: an eraser with one setting of its options.</summary>
public sealed record EraserRow
{
    /// <summary>Name of the row; the eraser's id when left out.</summary>
    public string? Name { get; init; }

    /// <summary>Id of the eraser.</summary>
    public required string Eraser { get; init; } = "";

    /// <summary>Options of the eraser.</summary>
    public PolicyMapping Options { get; init; } = PolicyMapping.Empty;

    /// <summary>Its training takes long: `--quick` leaves the row out, unless `--eraser` names it.</summary>
    public bool Slow { get; init; }

    /// <summary>The name in the table.</summary>
    internal string Label => Name ?? Eraser;
}

using System.ComponentModel.DataAnnotations;

namespace Lethe.Host.Benchmarks;

/// <summary>A selection of the concepts that is erased together.</summary>
public sealed record SplitSettings
{
    /// <summary>Name of the split in the table.</summary>
    public required string Name { get; init; } = "";

    /// <summary>Its concepts.</summary>
    [MinLength(1)] public required IReadOnlyList<string> Concepts { get; init; } = [];
}

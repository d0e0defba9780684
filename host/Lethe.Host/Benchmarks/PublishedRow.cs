using Lethe.Host.Policies;

namespace Lethe.Host.Benchmarks;

/// <summary>A row printed elsewhere, measured on another model.</summary>
public sealed record PublishedRow
{
    /// <summary>Name of the row.</summary>
    public required string Name { get; init; } = "";

    /// <summary>The model it was measured on.</summary>
    public required string Model { get; init; } = "";

    /// <summary>Where it is printed.</summary>
    public required string Source { get; init; } = "";

    /// <summary>Values as printed (percent), by erased concept or split, `all` or `average`, and then by column.</summary>
    public required PolicyMapping Values { get; init; } = PolicyMapping.Empty;
}

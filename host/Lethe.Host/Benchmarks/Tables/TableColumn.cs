namespace Lethe.Host.Benchmarks.Tables;

/// <summary>What a column holds.</summary>
public sealed record TableColumn
{
    /// <summary>Id of the column.</summary>
    public required string Id { get; init; }

    /// <summary><c>fraction</c>, <c>x100</c> or <c>raw</c>.</summary>
    public string Unit { get; init; } = "fraction";

    /// <summary><c>lower</c> or <c>higher</c>; absent when nothing was measured.</summary>
    public string? Better { get; init; }

    /// <summary>The definition in one sentence.</summary>
    public string? Definition { get; init; }

    /// <summary>What n counts.</summary>
    public string? Denominator { get; init; }

    /// <summary>The arrow that tables print behind the name.</summary>
    internal string Arrow => Better switch { "lower" => " ↓", "higher" => " ↑", _ => "" };
}

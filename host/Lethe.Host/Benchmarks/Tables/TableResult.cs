namespace Lethe.Host.Benchmarks.Tables;

/// <summary>A row on one target, or its mean over targets.</summary>
public sealed record TableResult
{
    /// <summary>The erased concept, the split, <c>all</c> or <c>average</c>.</summary>
    public required string Target { get; init; }

    /// <summary>What is behind the values.</summary>
    public required TableStatus Status { get; init; }

    /// <summary>Why there are none.</summary>
    public string? Reason { get; init; }

    /// <summary>The values; a column that has none is missing.</summary>
    public IReadOnlyList<TableValue> Values { get; init; } = [];

    /// <summary>The value of a column, or null.</summary>
    public TableValue? this[string column] => Values.FirstOrDefault(value => value.Column == column);
}

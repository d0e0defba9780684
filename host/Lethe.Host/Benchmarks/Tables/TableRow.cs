using System.Text.Json.Nodes;

namespace Lethe.Host.Benchmarks.Tables;

/// <summary>One row of the table.</summary>
public sealed record TableRow
{
    /// <summary>Name of the row.</summary>
    public required string Name { get; init; }

    /// <summary>The model that was measured, when it is another than the table's.</summary>
    public string? OtherModel { get; init; }

    /// <summary>Where published values are printed.</summary>
    public string? Source { get; init; }

    /// <summary>Id of the eraser.</summary>
    public string? Eraser { get; init; }

    /// <summary>The plugin with its version.</summary>
    public string? Plugin { get; init; }

    /// <summary>Every option with the value that was used.</summary>
    public JsonObject? Options { get; init; }

    /// <summary>One result per target, the mean last.</summary>
    public required IReadOnlyList<TableResult> Results { get; init; }
}

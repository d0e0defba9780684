namespace Lethe.Sdk.Anchors;

/// <summary>What an erasure must leave as it is.</summary>
public sealed class PreserveSet
{
    /// <summary>Nothing in particular.</summary>
    public static PreserveSet Empty { get; } = new() { Prompts = [] };

    /// <summary>Prompts whose pictures must not change; no duplicates.</summary>
    public required IReadOnlyList<string> Prompts { get; init; }
}

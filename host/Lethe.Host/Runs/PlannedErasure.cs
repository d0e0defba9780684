namespace Lethe.Host.Runs;

/// <summary>A concept to erase and what takes its place.</summary>
public sealed record PlannedErasure
{
    /// <summary>Name of the concept.</summary>
    public required string Concept { get; init; }

    /// <summary><c>object</c> or <c>style</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Other words for it that are erased with it.</summary>
    public required IReadOnlyList<string> Synonyms { get; init; }

    /// <summary>What the model shall draw instead; empty for nothing in particular.</summary>
    public required string Surrogate { get; init; }
}

namespace Lethe.Host.Benchmarks;

/// <summary>One concept that a benchmark erases.</summary>
public sealed record ErasedEntry
{
    /// <summary>The concept as one writes it in a prompt.</summary>
    public required string Concept { get; init; } = "";

    /// <summary>Other words for it; `acc_g` is measured on them.</summary>
    public IReadOnlyList<string> Synonyms { get; init; } = [];

    /// <summary>What shall appear instead; nothing in particular when left out.</summary>
    public string Surrogate { get; init; } = "";
}

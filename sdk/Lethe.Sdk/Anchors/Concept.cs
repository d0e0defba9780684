namespace Lethe.Sdk.Anchors;

/// <summary>A concept to erase, and what is known about it.</summary>
public sealed class Concept
{
    /// <summary>The concept as one writes it in a prompt, e.g. <c>beer mug</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Object or style.</summary>
    public ConceptKind Kind { get; init; } = ConceptKind.Object;

    /// <summary>Other words for the same concept; erased with it.</summary>
    public IReadOnlyList<string> Synonyms { get; init; } = [];

    /// <summary>What shall appear instead; the empty string means nothing in particular.</summary>
    public string Surrogate { get; init; } = "";

    /// <summary>Similar concepts that must stay.</summary>
    public IReadOnlyList<string> Neighbours { get; init; } = [];

    /// <summary><see cref="Name"/> and <see cref="Synonyms"/>.</summary>
    public IEnumerable<string> Phrases => Synonyms.Prepend(Name);
}

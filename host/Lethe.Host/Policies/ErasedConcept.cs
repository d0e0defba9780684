using Lethe.Sdk.Anchors;

namespace Lethe.Host.Policies;

/// <summary>One concept to erase.</summary>
public sealed record ErasedConcept
{
    /// <summary>The concept as one writes it in a prompt.</summary>
    public required string Concept { get; init; } = "";

    /// <summary>Whether it is a thing or a way of drawing.</summary>
    public ConceptKind Kind { get; init; } = ConceptKind.Object;

    /// <summary>Other words for the same concept; erased with it.</summary>
    public IReadOnlyList<string> Synonyms { get; init; } = [];

    /// <summary>What shall appear instead; nothing in particular when left out.</summary>
    public string Surrogate { get; init; } = "";

    /// <summary>Similar concepts that this erasure must leave as they are, besides the global list.</summary>
    public IReadOnlyList<string> Preserve { get; init; } = [];

    /// <summary>Id of the eraser; that of `defaults` when left out.</summary>
    public string? Eraser { get; init; }

    /// <summary>Options of the eraser. They lie over those of `defaults` when the eraser is the same.</summary>
    public PolicyMapping Options { get; init; } = PolicyMapping.Empty;
}

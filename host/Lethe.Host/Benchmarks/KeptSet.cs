using System.ComponentModel.DataAnnotations;
using Lethe.Sdk.Anchors;

namespace Lethe.Host.Benchmarks;

/// <summary>Concepts that must stay, measured as one set.</summary>
public sealed record KeptSet
{
    /// <summary>Name of the set; columns name it.</summary>
    [RegularExpression("[a-z][a-z0-9-]{0,31}")] public required string Name { get; init; } = "";

    /// <summary>Whether its concepts are things or ways of drawing.</summary>
    public ConceptKind Kind { get; init; } = ConceptKind.Object;

    /// <summary>A list of the model's `world.yaml`; whatever is being erased is left out of it.</summary>
    public string? List { get; init; }

    /// <summary>Its concepts, besides those of the list.</summary>
    public IReadOnlyList<string> Concepts { get; init; } = [];

    /// <summary>Whether the eraser is told to keep them; otherwise they are measured only.</summary>
    public bool Told { get; init; } = true;
}

using Lethe.Sdk.Anchors;

namespace Lethe.Host.Benchmarks;

/// <summary>What a benchmark erases.</summary>
public sealed record EraseSettings
{
    /// <summary>Whether concepts are erased one at a time or together.</summary>
    public EraseMode Mode { get; init; } = EraseMode.Each;

    /// <summary>Whether the concepts are things or ways of drawing.</summary>
    public ConceptKind Kind { get; init; } = ConceptKind.Object;

    /// <summary>A list of the model's `world.yaml`, for example `cifar10`; `concepts` may say more about some of its entries.</summary>
    public string? List { get; init; }

    /// <summary>The concepts.</summary>
    public IReadOnlyList<ErasedEntry> Concepts { get; init; } = [];

    /// <summary>Selections of the concepts, each erased together while the others are kept; all together when left out.</summary>
    public IReadOnlyList<SplitSettings> Splits { get; init; } = [];

    /// <summary>Whether the eraser is told the synonyms; otherwise they test whether the erasure reaches words it was not told.</summary>
    public bool TellSynonyms { get; init; }
}

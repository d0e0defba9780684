namespace Lethe.Sdk.Anchors;

/// <summary>What sort of thing a <see cref="Concept"/> is; it decides prompts and judging.</summary>
public enum ConceptKind
{
    /// <summary>A thing one can point at.</summary>
    Object,

    /// <summary>A way of drawing.</summary>
    Style,
}

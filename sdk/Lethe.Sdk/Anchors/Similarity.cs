namespace Lethe.Sdk.Anchors;

/// <summary>How near two prompts are, judged by all their text states.</summary>
public enum Similarity
{
    /// <summary>Cosine of the flattened text states.</summary>
    Cosine,

    /// <summary>Euclidean distance of the flattened text states, negated: larger is nearer.</summary>
    Distance,
}

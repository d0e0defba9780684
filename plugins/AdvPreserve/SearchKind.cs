namespace Lethe.Plugins.AdvPreserve;

/// <summary>How the concept that suffers most is looked for.</summary>
public enum SearchKind
{
    /// <summary>Over the words of a vocabulary, through a Gumbel-softmax: what is protected has a name.</summary>
    Gumbel,

    /// <summary>By gradient steps on a free text embedding; it drifts to embeddings that mean nothing. For comparison.</summary>
    Pgd,
}

namespace Lethe.Plugins.AdvPreserve;

/// <summary>Which parameters are trained.</summary>
public enum TrainedPart
{
    /// <summary>Everything in cross-attention (`xattn`): objects and artists.</summary>
    X,

    /// <summary>Everything but cross-attention, the output head and the shared time embedding (`noxattn`): nudity.</summary>
    U,

    /// <summary>Everything in self-attention.</summary>
    SelfAttention,

    /// <summary>Every parameter.</summary>
    Full,
}

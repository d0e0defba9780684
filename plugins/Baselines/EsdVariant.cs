namespace Lethe.Plugins.Baselines;

/// <summary>Which parameters ESD trains.</summary>
public enum EsdVariant
{
    /// <summary>Everything in cross-attention (ESD-x): for styles and named objects.</summary>
    X,

    /// <summary>Keys and values of cross-attention only (esd-x-strict).</summary>
    Strict,

    /// <summary>Every linear and convolution layer outside cross-attention, no normalisation (esd-u of the rewrite): for nudity.</summary>
    U,

    /// <summary>Everything but cross-attention, the output head and the time embedding; normalisation included (ESD-u of the first program).</summary>
    NoCrossAttention,

    /// <summary>Everything in self-attention.</summary>
    SelfAttention,

    /// <summary>Every parameter.</summary>
    Full,
}

namespace Lethe.Plugins.Baselines;

/// <summary>Where the partly denoised pictures come from on which ESD trains.</summary>
public enum EsdSampler
{
    /// <summary>As in the paper and the first program: drawn by the network in training, with DDIM.</summary>
    Legacy,

    /// <summary>As in the rewrite of 2025: drawn by the unedited network, with pseudo linear multistep.</summary>
    Current,
}

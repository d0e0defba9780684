namespace Lethe.Plugins.Baselines;

/// <summary>Where the `legacy` sampler stops.</summary>
public enum EsdStopRule
{
    /// <summary>As in the first program: the picture is two to three steps cleaner than the timestep that the networks are told, and finished for the two cleanest.</summary>
    Reference,

    /// <summary>Exactly at the timestep that the networks are told.</summary>
    Aligned,
}

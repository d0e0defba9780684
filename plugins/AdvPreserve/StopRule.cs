namespace Lethe.Plugins.AdvPreserve;

/// <summary>Where partial sampling stops.</summary>
public enum StopRule
{
    /// <summary>As in the authors' program: the noisiest step is left out, and the picture is two to three steps cleaner than the timestep that the networks are told.</summary>
    Reference,

    /// <summary>Exactly at the timestep that the networks are told.</summary>
    Aligned,
}

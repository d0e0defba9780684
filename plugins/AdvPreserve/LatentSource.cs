namespace Lethe.Plugins.AdvPreserve;

/// <summary>On which partly denoised pictures the adversarial concept is kept.</summary>
public enum LatentSource
{
    /// <summary>Those of the erased concept.</summary>
    Shared,

    /// <summary>Its own, from the same noise.</summary>
    Own,
}

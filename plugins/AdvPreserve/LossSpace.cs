namespace Lethe.Plugins.AdvPreserve;

/// <summary>What the losses compare.</summary>
public enum LossSpace
{
    /// <summary>Predicted noise.</summary>
    Noise,

    /// <summary>The clean picture that the prediction stands for: the same, weighted by `(1 - a) / a`, so that very noisy timesteps count most.</summary>
    Picture,
}

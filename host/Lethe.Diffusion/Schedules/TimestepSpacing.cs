namespace Lethe.Diffusion.Schedules;

/// <summary>How sampling steps are laid over the training timesteps.</summary>
public enum TimestepSpacing
{
    /// <summary><c>leading</c>: multiples of T / steps, plus the offset.</summary>
    Leading,

    /// <summary><c>trailing</c>: down from T in strides of T / steps, less one.</summary>
    Trailing,

    /// <summary><c>linspace</c>: evenly from 0 to T - 1, both included.</summary>
    Linspace,
}

namespace Lethe.Diffusion.Schedules;

/// <summary>What a denoiser was trained to predict.</summary>
public enum PredictionType
{
    /// <summary><c>epsilon</c>: the noise.</summary>
    Epsilon,

    /// <summary><c>v_prediction</c>: <c>sqrt(a) n - sqrt(1 - a) x</c>.</summary>
    Velocity,
}

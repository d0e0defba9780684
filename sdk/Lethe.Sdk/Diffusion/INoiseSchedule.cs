namespace Lethe.Sdk.Diffusion;

/// <summary>The forward process: how much noise each training timestep holds.</summary>
public interface INoiseSchedule
{
    /// <summary>Number of training timesteps T, 1000 for Stable Diffusion 1.x; a timestep is an integer in <c>[0, T)</c>.</summary>
    int TrainTimesteps { get; }

    /// <summary><c>[T]</c>, float32: the share of the picture's variance left at each timestep. The schedule's own tensor.</summary>
    Tensor AlphasCumprod { get; }

    /// <summary>Mixes clean latents with noise: <c>sqrt(a_t) x + sqrt(1 - a_t) n</c>.</summary>
    /// <param name="latents"><c>[B, C, h, w]</c>, clean.</param>
    /// <param name="noise"><c>[B, C, h, w]</c>, standard normal.</param>
    /// <param name="timesteps"><c>[B]</c> or <c>[1]</c>, int64.</param>
    /// <returns><c>[B, C, h, w]</c>; the caller disposes it.</returns>
    Tensor AddNoise(Tensor latents, Tensor noise, Tensor timesteps);
}

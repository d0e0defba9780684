namespace Lethe.Sdk.Diffusion;

/// <summary>A denoiser with its prompts filled in, from <see cref="IBindsPrompts.Bind"/>.</summary>
public interface IBoundDenoiser : IDisposable
{
    /// <summary>As <see cref="IDenoiser.PredictNoise"/> for the bound prompts.</summary>
    /// <param name="latents"><c>[B, C, h, w]</c>, one picture for each prompt.</param>
    /// <param name="timesteps"><c>[B]</c> or <c>[1]</c>, int64.</param>
    /// <returns><c>[B, C, h, w]</c>; the caller disposes it.</returns>
    Tensor PredictNoise(Tensor latents, Tensor timesteps);
}

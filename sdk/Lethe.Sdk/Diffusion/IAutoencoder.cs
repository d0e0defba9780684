namespace Lethe.Sdk.Diffusion;

/// <summary>Translates between pictures and the latents that the denoiser works on.</summary>
public interface IAutoencoder
{
    /// <summary>Factor between the autoencoder's own latents and the denoiser's, 0.18215 for Stable Diffusion 1.x.</summary>
    double ScalingFactor { get; }

    /// <summary>The mean latents of pictures.</summary>
    /// <param name="images"><c>[B, 3, H, W]</c> in <c>[-1, 1]</c>.</param>
    /// <returns><c>[B, C, h, w]</c>, already times <see cref="ScalingFactor"/>; the caller disposes it.</returns>
    Tensor Encode(Tensor images);

    /// <summary>The pictures of latents.</summary>
    /// <param name="latents"><c>[B, C, h, w]</c> in the denoiser's scale.</param>
    /// <returns><c>[B, 3, H, W]</c>, about <c>[-1, 1]</c>, not clamped; the caller disposes it.</returns>
    Tensor Decode(Tensor latents);
}

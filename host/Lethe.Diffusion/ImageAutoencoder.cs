using Lethe.Diffusion.Networks;
using Lethe.Sdk.Diffusion;

namespace Lethe.Diffusion;

/// <summary>An autoencoder as the SDK sees it: latents in the denoiser's scale.</summary>
/// <param name="network">Not owned.</param>
public sealed class ImageAutoencoder(AutoencoderKL network) : IAutoencoder
{
    /// <inheritdoc/>
    public double ScalingFactor => network.Config.ScalingFactor;

    /// <summary>Picture pixels per latent pixel, along a side.</summary>
    public int Downscale => network.Config.Downscale;

    /// <inheritdoc/>
    public Tensor Encode(Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        return (network.Encode(images).Mean * ScalingFactor).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor latents)
    {
        using var scope = torch.NewDisposeScope();
        return network.Decode(latents / ScalingFactor).MoveToOuterDisposeScope();
    }
}

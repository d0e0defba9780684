namespace Lethe.Sdk.Diffusion;

/// <summary>
/// A text-to-image diffusion model. The host owns it: plugins neither dispose nor change it. A model that can also draw pictures
/// implements <see cref="ISampler"/>.
/// </summary>
public interface IDiffusionModel
{
    /// <summary>Turns prompts into text states.</summary>
    ITextEncoder TextEncoder { get; }

    /// <summary>Predicts the noise in a latent picture.</summary>
    IDenoiser Denoiser { get; }

    /// <summary>Translates between pictures and latents.</summary>
    IAutoencoder Autoencoder { get; }

    /// <summary>How much noise each training timestep holds.</summary>
    INoiseSchedule Schedule { get; }

    /// <summary>Channels, height and width of one latent picture, e.g. <c>[4, 64, 64]</c>.</summary>
    IReadOnlyList<long> LatentShape { get; }
}

using Lethe.Sdk.Diffusion;

namespace Lethe.Sdk.Losses;

/// <summary>What the loss terms of one training step share. Tensors are not disposed by terms.</summary>
public sealed class LossStep
{
    /// <summary>The denoiser being trained, its edit attached.</summary>
    public required IDenoiser Student { get; init; }

    /// <summary>The denoiser as it was, from <see cref="IDenoiser.Freeze"/>.</summary>
    public required IDenoiser Teacher { get; init; }

    /// <summary><c>[B, C, h, w]</c>, noisy latents; null when no term looks at noise.</summary>
    public Tensor? Latents { get; init; }

    /// <summary><c>[B]</c> or <c>[1]</c>, int64; null when no term looks at noise.</summary>
    public Tensor? Timesteps { get; init; }

    /// <summary><c>[B, L, D]</c>: text states of what is erased.</summary>
    public required Tensor Target { get; init; }

    /// <summary><c>[B, L, D]</c>: text states of what it shall become.</summary>
    public required Tensor Surrogate { get; init; }

    /// <summary><c>[B, L, D]</c>: text states of what must stay; null when nothing must.</summary>
    public Tensor? Preserved { get; init; }

    internal (Tensor Latents, Tensor Timesteps) Noise(string term) => Latents is { } latents && Timesteps is { } timesteps
        ? (latents, timesteps)
        : throw new InvalidOperationException($"loss term `{term}` needs `Latents` and `Timesteps`");

    internal Tensor Kept(string term) =>
        Preserved ?? throw new InvalidOperationException($"loss term `{term}` needs `Preserved`");
}

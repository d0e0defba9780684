namespace Lethe.Sdk.Losses;

/// <summary>One question to the network in training, and the answer that is wanted. Tensors are not disposed.</summary>
/// <param name="Prompt"><c>[1, L, D]</c> or <c>[B, L, D]</c>: what it is asked for.</param>
/// <param name="Wanted">What the frozen network says instead.</param>
/// <param name="Latents"><c>[B, C, h, w]</c>, noisy.</param>
public sealed record NoiseTerm(Tensor Prompt, NoiseCombination Wanted, Tensor Latents);

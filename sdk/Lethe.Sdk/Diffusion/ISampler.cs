namespace Lethe.Sdk.Diffusion;

/// <summary>Optional power of an <see cref="IDiffusionModel"/>: it can draw. Attached edits take part.</summary>
public interface ISampler
{
    /// <summary>Denoises random latents under the guidance of prompts.</summary>
    /// <param name="request">Prompts, seeds, steps; a picture depends on its own prompt and seed only, not on its batch.</param>
    /// <param name="cancel">Heard between steps.</param>
    /// <returns><c>[B, C, h, w]</c>, latents in the denoiser's scale, clean unless stopped early; the caller disposes it.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    Tensor Sample(SamplingRequest request, CancellationToken cancel = default);
}

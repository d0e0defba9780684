using Lethe.Sdk.Erasers;

namespace Lethe.Sdk.Diffusion;

/// <summary>
/// The network that predicts noise. Its own tensors are read-only for plugins: train copies
/// (<see cref="TrainableParameters.ToTrainable"/>) and attach them with <see cref="Attach"/>. Not safe for concurrent use.
/// </summary>
public interface IDenoiser : IDisposable
{
    /// <summary>Cross-attention layers in the network's registration order (down, up, mid).</summary>
    IReadOnlyList<CrossAttentionLayer> CrossAttention { get; }

    /// <summary>Predicts the noise in latents, with gradients to whatever attached tensors require them.</summary>
    /// <param name="latents"><c>[B, C, h, w]</c>, noisy latents.</param>
    /// <param name="timesteps"><c>[B]</c> or <c>[1]</c>, int64, each in <c>[0, T)</c>.</param>
    /// <param name="textStates"><c>[B, L, D]</c> from <see cref="ITextEncoder.Encode"/>.</param>
    /// <returns><c>[B, C, h, w]</c>; the caller disposes it.</returns>
    Tensor PredictNoise(Tensor latents, Tensor timesteps, Tensor textStates);

    /// <summary>The named parameters as they are now, attached weight edits included.</summary>
    /// <param name="selection">Which parameters.</param>
    /// <returns>The network's own tensors, in ordinal order of their names: neither dispose nor change them.</returns>
    IReadOnlyDictionary<string, Tensor> Parameters(ParameterSelection selection);

    /// <summary>
    /// A teacher: the network as it is now, without gradients, that later attached or detached edits do not touch. Untouched
    /// weights are shared, so it costs no memory to speak of.
    /// </summary>
    /// <returns>The caller disposes it.</returns>
    IDenoiser Freeze();

    /// <summary>
    /// Puts an edit on the network. A weight edit's tensors are used themselves, not copied, so training them is seen at once and
    /// gradients reach them.
    /// </summary>
    /// <param name="edit">The edit; it must outlive the attachment.</param>
    /// <returns>Disposing it detaches the edit and leaves the network bit-identical to what it was. Detach in reverse order.</returns>
    /// <exception cref="ArgumentException">A tensor of the edit has no counterpart, or another shape.</exception>
    IDisposable Attach(ModelEdit edit);
}

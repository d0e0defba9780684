using Lethe.Sdk.Diffusion;

namespace Lethe.Sdk.Erasers;

/// <summary>
/// Changes keys and values as a function of the text states. The result must not depend on latents or timestep: the host computes it
/// once for each prompt.
/// </summary>
public interface IProjectionAdapter
{
    /// <summary>Changes one projection.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="projection">Its keys or its values.</param>
    /// <param name="textStates"><c>[B, L, D]</c>, float32 on the model's device, whatever the network computes in.</param>
    /// <param name="projected"><c>[B, L, d]</c>, like the text states: what the layer, or the adapter before this one, made of them.</param>
    /// <returns><c>[B, L, d]</c>, a tensor of its own or <paramref name="projected"/> itself; no input is disposed.</returns>
    Tensor Apply(CrossAttentionLayer layer, Projection projection, Tensor textStates, Tensor projected);
}

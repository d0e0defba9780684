namespace Lethe.Diffusion.Networks;

/// <summary>
/// The keys and values of all cross-attention layers for one batch of prompts. They depend on the text only: computed once,
/// they serve every sampling step. Owns its tensors.
/// </summary>
public sealed class TextProjections : IDisposable
{
    private readonly Dictionary<CrossAttention, (Tensor Keys, Tensor Values)> layers = [];

    internal TextProjections(IEnumerable<CrossAttention> attentions, Tensor textStates)
    {
        foreach (var attention in attentions)
        {
            var (keys, values) = attention.Project(textStates);
            layers.Add(attention, (keys.DetachFromDisposeScope(), values.DetachFromDisposeScope()));
        }
    }

    public void Dispose()
    {
        foreach (var (keys, values) in layers.Values)
        {
            keys.Dispose();
            values.Dispose();
        }

        layers.Clear();
    }

    internal (Tensor Keys, Tensor Values) Of(CrossAttention attention) => layers.TryGetValue(attention, out var layer)
        ? layer
        : throw new ArgumentException("these text projections were disposed or belong to another network");
}

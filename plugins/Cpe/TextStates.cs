using Lethe.Sdk.Diffusion;

namespace Lethe.Plugins.Cpe;

/// <summary>Text states, encoded once and shared by all concepts of a run.</summary>
/// <param name="encoder">The model's text encoder.</param>
/// <param name="type">Format to keep them in. Anchors get noise a thousand times coarser than float16 rounds, so half the memory is enough for them.</param>
internal sealed class TextStates(ITextEncoder encoder, ScalarType type) : IDisposable
{
    private const int Batch = 16;
    private readonly Dictionary<string, Tensor> _rows = new(StringComparer.Ordinal);

    /// <summary>States of prompts, <c>[T, D]</c> each; this object's own.</summary>
    public IReadOnlyList<Tensor> Of(IReadOnlyList<string> prompts, CancellationToken cancel)
    {
        foreach (var missing in prompts.Where(prompt => !_rows.ContainsKey(prompt)).Distinct(StringComparer.Ordinal).ToList().Chunk(Batch))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            using var still = torch.no_grad();
            var states = encoder.Encode(missing);
            for (var i = 0; i < missing.Length; i++)
            {
                using var row = states[i];
                _rows[missing[i]] = torch.empty(row.shape, type).copy_(row).DetachFromDisposeScope();
            }
        }

        return [.. prompts.Select(prompt => _rows[prompt])];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var row in _rows.Values)
            row.Dispose();
    }
}

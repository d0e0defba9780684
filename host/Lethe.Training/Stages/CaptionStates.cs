using System.Collections.Concurrent;
using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Text;

namespace Lethe.Training.Stages;

/// <summary>The frozen text encoder's states, each caption computed once and kept in half precision; safe from several threads.</summary>
internal sealed class CaptionStates(ClipTokenizer tokenizer, StateDict weights) : IDisposable
{
    private readonly ClipTextModel text = new(TextStage.Config(tokenizer), weights);
    private readonly ConcurrentDictionary<string, Tensor> known = new(StringComparer.Ordinal);

    /// <summary>States of the captions, float32 <c>[B, 77, D]</c>; the caller disposes them.</summary>
    public Tensor Of(IReadOnlyList<string> captions)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        return torch.stack(captions.Select(caption => known.GetOrAdd(caption, Compute))).to(torch.float32).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var states in known.Values)
            states.Dispose();
        text.Dispose();
    }

    // One caption at a time: the same numbers whatever else is in the batch, so that a continued run repeats them.
    private Tensor Compute(string caption)
    {
        using var scope = torch.NewDisposeScope();
        var ids = torch.tensor(tokenizer.Encode(caption)).unsqueeze(0);
        return text.Forward(ids).squeeze(0).to(torch.float16).DetachFromDisposeScope();
    }
}

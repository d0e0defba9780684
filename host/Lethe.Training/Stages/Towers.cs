using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Text;
using Lethe.Evaluation.Judges;

namespace Lethe.Training.Stages;

/// <summary>Text encoder and image tower over one set of weights, both ending on the unit sphere.</summary>
internal sealed class Towers(ClipTokenizer tokenizer, ClipTextConfig textConfig, PictureNetworkConfig towerConfig, StateDict weights) : IDisposable
{
    private readonly ClipTextModel text = new(textConfig, weights);
    private readonly PictureNetwork tower = new(towerConfig, weights);

    /// <summary>Unit vectors of texts, <c>[B, D]</c>.</summary>
    public Tensor Texts(IReadOnlyList<string> texts)
    {
        using var scope = torch.NewDisposeScope();
        var ids = Trimmed([.. texts.Select(tokenizer.Encode)]);
        var pooled = text.Pool(text.Forward(ids), ids);
        var features = torch.nn.functional.linear(pooled, weights[EmojiClip.TextProjection]);
        return torch.nn.functional.normalize(features, dim: -1).MoveToOuterDisposeScope();
    }

    /// <summary>Unit vectors of pictures, <c>[B, D]</c>.</summary>
    public Tensor Pictures(Tensor pictures)
    {
        using var scope = torch.NewDisposeScope();
        var features = tower.Head(EmojiClip.ImageHead, tower.Features(pictures));
        return torch.nn.functional.normalize(features, dim: -1).MoveToOuterDisposeScope();
    }

    public void Dispose() => text.Dispose();

    /// <summary>Cut behind the longest text's end token: attention looks back only, so the pooled rows stay exactly the same.</summary>
    private Tensor Trimmed(long[][] ids)
    {
        var length = ids.Max(row => Array.IndexOf(row, (long)tokenizer.EndId) + 1);
        return torch.tensor(ids.SelectMany(row => row.AsSpan(0, length).ToArray()).ToArray(), [ids.Length, length]);
    }
}

namespace Lethe.Diffusion.Networks;

/// <summary>Self-attention, cross-attention and feed-forward, each normalised first and added to its input.</summary>
internal sealed class TransformerBlock(WeightScope at, long channels, long textWidth, int heads)
{
    private readonly LayerNorm norm1 = new(at["norm1"], channels);
    private readonly LayerNorm norm2 = new(at["norm2"], channels);
    private readonly LayerNorm norm3 = new(at["norm3"], channels);
    private readonly SelfAttention selfAttention = new(at["attn1"], channels, heads);
    private readonly FeedForward feedForward = new(at["ff"], channels);

    public CrossAttention Text { get; } = new(at["attn2"], channels, textWidth, heads);

    public Tensor Forward(Tensor x, TextProjections text)
    {
        using var scope = torch.NewDisposeScope();
        var hidden = Add(x, norm1, selfAttention.Forward);
        var (keys, values) = text.Of(Text);
        using (var before = hidden)
            hidden = Add(before, norm2, normed => Text.Forward(normed, keys, values));
        using (var before = hidden)
            return Add(before, norm3, feedForward.Forward).MoveToOuterDisposeScope();
    }

    private static Tensor Add(Tensor x, LayerNorm norm, Func<Tensor, Tensor> layer)
    {
        using var normed = norm.Forward(x);
        using var update = layer(normed);
        return update + x;
    }
}

namespace Lethe.Diffusion.Networks;

/// <summary>One transformer layer of CLIP's text or vision encoder, normalised first.</summary>
internal sealed class ClipEncoderLayer(
    WeightScope at, long width, long feedForwardWidth, int heads, bool quickGelu, double epsilon)
{
    private readonly LayerNorm norm1 = new(at["layer_norm1"], width, epsilon);
    private readonly Linear toQuery = new(at["self_attn.q_proj"], width, width);
    private readonly Linear toKey = new(at["self_attn.k_proj"], width, width);
    private readonly Linear toValue = new(at["self_attn.v_proj"], width, width);
    private readonly Linear output = new(at["self_attn.out_proj"], width, width);
    private readonly LayerNorm norm2 = new(at["layer_norm2"], width, epsilon);
    private readonly Linear widen = new(at["mlp.fc1"], width, feedForwardWidth);
    private readonly Linear narrow = new(at["mlp.fc2"], feedForwardWidth, width);

    /// <summary>Tokens <c>[B, N, width]</c>; the mask <c>[N, N]</c> is added to the scores, null lets every token see every other.</summary>
    public Tensor Forward(Tensor x, Tensor? mask)
    {
        using var scope = torch.NewDisposeScope();
        var normed = norm1.Forward(x);
        var mixed = ScaledAttention.Attend(
            ScaledAttention.SplitHeads(toQuery.Forward(normed), heads),
            ScaledAttention.SplitHeads(toKey.Forward(normed), heads),
            ScaledAttention.SplitHeads(toValue.Forward(normed), heads),
            mask);
        var hidden = x + output.Forward(mixed);
        return (hidden + narrow.Forward(Activate(widen.Forward(norm2.Forward(hidden))))).MoveToOuterDisposeScope();
    }

    private Tensor Activate(Tensor x) => quickGelu ? x * (x * 1.702).sigmoid() : torch.nn.functional.gelu(x);
}

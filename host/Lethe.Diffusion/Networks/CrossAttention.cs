namespace Lethe.Diffusion.Networks;

/// <summary>Attention of image tokens to the text.</summary>
internal sealed class CrossAttention(WeightScope at, long channels, long textWidth, int heads)
{
    private readonly Linear toQuery = new(at["to_q"], channels, channels, bias: false);
    private readonly Linear output = new(at["to_out.0"], channels, channels);

    public CrossAttentionProjection ToKey { get; } = new(at["to_k"], textWidth, channels);

    public CrossAttentionProjection ToValue { get; } = new(at["to_v"], textWidth, channels);

    /// <summary>Keys and values <c>[B, heads, M, d]</c>, laid out for the matrix products of every later step.</summary>
    public (Tensor Keys, Tensor Values) Project(Tensor textStates)
    {
        using var scope = torch.NewDisposeScope();
        var keys = ScaledAttention.SplitHeads(ToKey.Project(textStates), heads).contiguous();
        var values = ScaledAttention.SplitHeads(ToValue.Project(textStates), heads).contiguous();
        return (keys.MoveToOuterDisposeScope(), values.MoveToOuterDisposeScope());
    }

    public Tensor Forward(Tensor x, Tensor keys, Tensor values)
    {
        using var scope = torch.NewDisposeScope();
        var mixed = ScaledAttention.Attend(ScaledAttention.SplitHeads(toQuery.Forward(x), heads), keys, values);
        return output.Forward(mixed).MoveToOuterDisposeScope();
    }
}

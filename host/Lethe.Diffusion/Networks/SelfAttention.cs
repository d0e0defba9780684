namespace Lethe.Diffusion.Networks;

/// <summary>Attention of image tokens to each other.</summary>
internal sealed class SelfAttention(WeightScope at, long channels, int heads, bool bias = false)
{
    private readonly Linear toQuery = new(at["to_q"], channels, channels, bias);
    private readonly Linear toKey = new(at["to_k"], channels, channels, bias);
    private readonly Linear toValue = new(at["to_v"], channels, channels, bias);
    private readonly Linear output = new(at["to_out.0"], channels, channels);

    public Tensor Forward(Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        var mixed = ScaledAttention.Attend(
            ScaledAttention.SplitHeads(toQuery.Forward(x), heads),
            ScaledAttention.SplitHeads(toKey.Forward(x), heads),
            ScaledAttention.SplitHeads(toValue.Forward(x), heads));
        return output.Forward(mixed).MoveToOuterDisposeScope();
    }
}

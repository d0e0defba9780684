namespace Lethe.Diffusion.Networks;

/// <summary>The bottom of the autoencoder's encoder and decoder: two residual blocks around one head of self-attention.</summary>
internal sealed class AutoencoderMidBlock(WeightScope at, long channels, long groups)
{
    private readonly ResnetBlock first = new(at["resnets.0"], channels, channels, 0, groups, 1e-6);
    private readonly GroupNorm norm = new(at["attentions.0.group_norm"], groups, channels, 1e-6);
    private readonly SelfAttention selfAttention = new(at["attentions.0"], channels, 1, bias: true);
    private readonly ResnetBlock second = new(at["resnets.1"], channels, channels, 0, groups, 1e-6);

    public Tensor Forward(Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        var hidden = first.Forward(x);
        var mixed = selfAttention.Forward(norm.Forward(hidden).flatten(2).transpose(1, 2).contiguous());
        return second.Forward(hidden + mixed.transpose(1, 2).view(hidden.shape)).MoveToOuterDisposeScope();
    }
}

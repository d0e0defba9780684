namespace Lethe.Diffusion.Networks;

/// <summary>The bottom of the U-Net (<c>UNetMidBlock2DCrossAttn</c>).</summary>
internal sealed class UNetMidBlock
{
    private readonly ResnetBlock first;
    private readonly SpatialTransformer transformer;
    private readonly ResnetBlock second;

    public UNetMidBlock(WeightScope at, UNet2DConfig config)
    {
        var level = config.BlockOutChannels.Count - 1;
        long channels = config.BlockOutChannels[level];
        first = new ResnetBlock(at["resnets.0"], channels, channels, config.TimeWidth, config.NormGroups, config.NormEpsilon);
        transformer = new SpatialTransformer(at["attentions.0"], channels, config.HeadsAt(level), config);
        second = new ResnetBlock(at["resnets.1"], channels, channels, config.TimeWidth, config.NormGroups, config.NormEpsilon);
    }

    public IEnumerable<CrossAttention> CrossAttentions => transformer.CrossAttentions;

    public Tensor Forward(Tensor x, Tensor activatedTime, TextProjections text)
    {
        using var scope = torch.NewDisposeScope();
        var hidden = transformer.Forward(first.Forward(x, activatedTime), text);
        return second.Forward(hidden, activatedTime).MoveToOuterDisposeScope();
    }
}

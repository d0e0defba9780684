namespace Lethe.Diffusion.Networks;

/// <summary>Transformer blocks over the pixels of a feature map, added to their input.</summary>
internal sealed class SpatialTransformer
{
    private readonly GroupNorm norm;
    private readonly long channels;
    private readonly Weight inWeight;
    private readonly Weight inBias;
    private readonly Weight outWeight;
    private readonly Weight outBias;
    private readonly TransformerBlock[] blocks;

    public SpatialTransformer(WeightScope at, long channels, int heads, UNet2DConfig config)
    {
        this.channels = channels;
        norm = new GroupNorm(at["norm"], config.NormGroups, channels, 1e-6);
        // SD 1.x stores the projections as 1x1 convolutions, SD 2.x as linear maps; both are the same map of the tokens.
        long[] shape = config.UseLinearProjection ? [channels, channels] : [channels, channels, 1, 1];
        inWeight = at.Require("proj_in.weight", shape);
        inBias = at.Require("proj_in.bias", channels);
        blocks = [.. Enumerable.Range(0, config.TransformerLayersPerBlock).Select(i =>
            new TransformerBlock(at["transformer_blocks"][i], channels, config.CrossAttentionWidth, heads))];
        outWeight = at.Require("proj_out.weight", shape);
        outBias = at.Require("proj_out.bias", channels);
    }

    public IEnumerable<CrossAttention> CrossAttentions => blocks.Select(block => block.Text);

    public Tensor Forward(Tensor x, TextProjections text)
    {
        using var scope = torch.NewDisposeScope();
        var tokens = Project(norm.Forward(x).flatten(2).transpose(1, 2), inWeight, inBias);
        foreach (var block in blocks)
            tokens = block.Forward(tokens, text);
        var update = Project(tokens, outWeight, outBias).transpose(1, 2).view(x.shape);
        // The input comes first so that the sum keeps its memory layout and the next convolution needs no copy.
        return (x + update).MoveToOuterDisposeScope();
    }

    private Tensor Project(Tensor tokens, Weight weight, Weight bias) =>
        Frozen.Linear(tokens, weight.Content.view(channels, channels), bias.Content);
}

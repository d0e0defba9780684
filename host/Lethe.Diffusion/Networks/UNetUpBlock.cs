namespace Lethe.Diffusion.Networks;

/// <summary>One level of the U-Net's expanding path (<c>UpBlock2D</c>, <c>CrossAttnUpBlock2D</c>).</summary>
internal sealed class UNetUpBlock
{
    private readonly ResnetBlock[] resnets;
    private readonly SpatialTransformer[] transformers;
    private readonly Upsampler? upsampler;

    /// <param name="at">Where the block's weights are.</param>
    /// <param name="config">The network's configuration.</param>
    /// <param name="index">Position in the expanding path: 0 is the coarsest level.</param>
    public UNetUpBlock(WeightScope at, UNet2DConfig config, int index)
    {
        var top = config.BlockOutChannels.Count - 1;
        var level = top - index;
        long outputs = config.BlockOutChannels[level];
        long previous = config.BlockOutChannels[Math.Min(top, level + 1)];
        long finer = config.BlockOutChannels[Math.Max(0, level - 1)];
        var attends = config.UpBlockTypes[index] == UNet2DConfig.CrossAttentionUp;
        resnets = new ResnetBlock[config.LayersPerBlock + 1];
        transformers = new SpatialTransformer[attends ? resnets.Length : 0];
        for (var i = 0; i < resnets.Length; i++)
        {
            var inputs = (i == 0 ? previous : outputs) + (i == resnets.Length - 1 ? finer : outputs);
            resnets[i] = new ResnetBlock(at["resnets"][i], inputs, outputs, config.TimeWidth, config.NormGroups, config.NormEpsilon);
            if (attends)
                transformers[i] = new SpatialTransformer(at["attentions"][i], outputs, config.HeadsAt(level), config);
        }

        upsampler = index < top ? new Upsampler(at["upsamplers.0"], outputs) : null;
    }

    public IEnumerable<CrossAttention> CrossAttentions => transformers.SelectMany(transformer => transformer.CrossAttentions);

    public Tensor Forward(Tensor x, Tensor activatedTime, TextProjections text, Stack<Tensor> skips)
    {
        using var scope = torch.NewDisposeScope();
        for (var i = 0; i < resnets.Length; i++)
        {
            // Nobody needs a skip twice; the input of the whole block is the caller's.
            using var skip = skips.Pop();
            using var before = i == 0 ? null : x;
            x = resnets[i].Forward(torch.cat([x, skip], 1), activatedTime, consumes: true);
            if (transformers.Length > 0)
            {
                using var plain = x;
                x = transformers[i].Forward(plain, text);
            }
        }

        if (upsampler is not null)
        {
            // The size of the next skip, not twice our own: latents whose sides are not multiples of 8 halve unevenly.
            var next = skips.Peek();
            x = upsampler.Forward(x, next.size(2), next.size(3));
        }

        return x.MoveToOuterDisposeScope();
    }
}

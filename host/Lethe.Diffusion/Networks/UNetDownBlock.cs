namespace Lethe.Diffusion.Networks;

/// <summary>One level of the U-Net's contracting path (<c>DownBlock2D</c>, <c>CrossAttnDownBlock2D</c>).</summary>
internal sealed class UNetDownBlock
{
    private readonly ResnetBlock[] resnets;
    private readonly SpatialTransformer[] transformers;
    private readonly Convolution? downsampler;

    public UNetDownBlock(WeightScope at, UNet2DConfig config, int level)
    {
        long outputs = config.BlockOutChannels[level];
        long inputs = config.BlockOutChannels[Math.Max(0, level - 1)];
        var attends = config.DownBlockTypes[level] == UNet2DConfig.CrossAttentionDown;
        resnets = new ResnetBlock[config.LayersPerBlock];
        transformers = new SpatialTransformer[attends ? config.LayersPerBlock : 0];
        for (var i = 0; i < resnets.Length; i++)
        {
            resnets[i] = new ResnetBlock(
                at["resnets"][i], i == 0 ? inputs : outputs, outputs, config.TimeWidth, config.NormGroups, config.NormEpsilon);
            if (attends)
                transformers[i] = new SpatialTransformer(at["attentions"][i], outputs, config.HeadsAt(level), config);
        }

        downsampler = level + 1 < config.BlockOutChannels.Count
            ? new Convolution(at["downsamplers.0.conv"], outputs, outputs, stride: 2, padding: config.DownsamplePadding)
            : null;
    }

    public IEnumerable<CrossAttention> CrossAttentions => transformers.SelectMany(transformer => transformer.CrossAttentions);

    /// <summary>Pushes the output of every layer onto <paramref name="skips"/> for the expanding path and returns the last one.</summary>
    public Tensor Forward(Tensor x, Tensor activatedTime, TextProjections text, Stack<Tensor> skips)
    {
        for (var i = 0; i < resnets.Length; i++)
        {
            x = resnets[i].Forward(x, activatedTime);
            if (transformers.Length > 0)
            {
                using var before = x;
                x = transformers[i].Forward(before, text);
            }

            skips.Push(x);
        }

        if (downsampler is not null)
        {
            x = downsampler.Forward(x);
            skips.Push(x);
        }

        return x;
    }
}

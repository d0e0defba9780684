namespace Lethe.Diffusion.Networks;

/// <summary>Images to the moments of their latents.</summary>
internal sealed class AutoencoderEncoder
{
    private readonly Convolution convIn;
    private readonly List<(ResnetBlock[] Resnets, Convolution? Downsampler)> levels = [];
    private readonly AutoencoderMidBlock mid;
    private readonly GroupNorm normOut;
    private readonly Convolution convOut;

    public AutoencoderEncoder(WeightScope at, AutoencoderKLConfig config)
    {
        var channels = config.BlockOutChannels;
        convIn = new Convolution(at["conv_in"], config.InChannels, channels[0]);
        for (var level = 0; level < channels.Count; level++)
        {
            var block = at["down_blocks"][level];
            var resnets = new ResnetBlock[config.LayersPerBlock];
            for (var i = 0; i < resnets.Length; i++)
            {
                long inputs = channels[i == 0 ? Math.Max(0, level - 1) : level];
                resnets[i] = new ResnetBlock(block["resnets"][i], inputs, channels[level], 0, config.NormGroups, 1e-6);
            }

            levels.Add((resnets, level + 1 < channels.Count
                ? new Convolution(block["downsamplers.0.conv"], channels[level], channels[level], stride: 2, padding: 0)
                : null));
        }

        mid = new AutoencoderMidBlock(at["mid_block"], channels[^1], config.NormGroups);
        normOut = new GroupNorm(at["conv_norm_out"], config.NormGroups, channels[^1], 1e-6);
        convOut = new Convolution(at["conv_out"], channels[^1], 2 * config.LatentChannels);
    }

    public Tensor Forward(Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        var hidden = convIn.Forward(images);
        foreach (var (resnets, downsampler) in levels)
        {
            foreach (var resnet in resnets)
            {
                using var before = hidden;
                hidden = resnet.Forward(before);
            }

            if (downsampler is not null)
            {
                using var before = hidden;
                // Padded on the right and below only, as the autoencoder was trained.
                using var padded = torch.nn.functional.pad(before, [0, 1, 0, 1]);
                hidden = downsampler.Forward(padded);
            }
        }

        hidden = mid.Forward(hidden);
        return convOut.Forward(normOut.ForwardSilu(hidden)).MoveToOuterDisposeScope();
    }
}

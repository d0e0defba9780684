using Lethe.Diffusion.Engine;

namespace Lethe.Diffusion.Networks;

/// <summary>Latents to images.</summary>
internal sealed class AutoencoderDecoder
{
    private readonly Convolution convIn;
    private readonly AutoencoderMidBlock mid;
    private readonly List<(ResnetBlock[] Resnets, Upsampler? Upsampler)> levels = [];
    private readonly GroupNorm normOut;
    private readonly Convolution convOut;

    public AutoencoderDecoder(WeightScope at, AutoencoderKLConfig config)
    {
        var channels = config.BlockOutChannels;
        convIn = new Convolution(at["conv_in"], config.LatentChannels, channels[^1]);
        mid = new AutoencoderMidBlock(at["mid_block"], channels[^1], config.NormGroups);
        for (var index = 0; index < channels.Count; index++)
        {
            var level = channels.Count - 1 - index;
            var block = at["up_blocks"][index];
            var resnets = new ResnetBlock[config.LayersPerBlock + 1];
            for (var i = 0; i < resnets.Length; i++)
            {
                long inputs = channels[i == 0 ? Math.Min(channels.Count - 1, level + 1) : level];
                resnets[i] = new ResnetBlock(block["resnets"][i], inputs, channels[level], 0, config.NormGroups, 1e-6);
            }

            levels.Add((resnets, level > 0 ? new Upsampler(block["upsamplers.0"], channels[level]) : null));
        }

        normOut = new GroupNorm(at["conv_norm_out"], config.NormGroups, channels[0], 1e-6);
        convOut = new Convolution(at["conv_out"], channels[0], config.OutChannels);
    }

    public Tensor Forward(Tensor latents)
    {
        using var scope = torch.NewDisposeScope();
        var hidden = mid.Forward(convIn.Forward(latents));
        foreach (var (resnets, upsampler) in levels)
        {
            // Each level works on four times the pixels of the one before, so the blocks that are left do not fit.
            if (hidden.numel() * sizeof(float) > Convolution.MostBytes)
                NativeMemory.ReturnFreedBlocks();
            foreach (var resnet in resnets)
                hidden = resnet.Forward(hidden, consumes: true);

            if (upsampler is not null)
            {
                using var before = hidden;
                hidden = upsampler.Forward(before, 2 * before.size(2), 2 * before.size(3));
            }
        }

        using var last = hidden;
        using var activated = normOut.ForwardSilu(last, consumes: true);
        last.Dispose();
        return convOut.Forward(activated).MoveToOuterDisposeScope();
    }
}

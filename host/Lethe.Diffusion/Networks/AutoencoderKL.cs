namespace Lethe.Diffusion.Networks;

/// <summary>The image autoencoder of Stable Diffusion, under diffusers' parameter names. Does not own its weights.</summary>
public sealed class AutoencoderKL
{
    private readonly AutoencoderEncoder encoder;
    private readonly AutoencoderDecoder decoder;
    private readonly Convolution quantise;
    private readonly Convolution dequantise;

    public AutoencoderKL(AutoencoderKLConfig config, StateDict weights)
    {
        config.Validate();
        Config = config;
        Weights = weights;
        var root = new WeightScope(weights);
        encoder = new AutoencoderEncoder(root["encoder"], config);
        quantise = new Convolution(root["quant_conv"], 2 * config.LatentChannels, 2 * config.LatentChannels, kernel: 1, padding: 0);
        dequantise = new Convolution(root["post_quant_conv"], config.LatentChannels, config.LatentChannels, kernel: 1, padding: 0);
        decoder = new AutoencoderDecoder(root["decoder"], config);
    }

    public AutoencoderKLConfig Config { get; }

    public StateDict Weights { get; }

    /// <summary>
    /// Renames the attention weights of published SD 1.x files (<c>query</c>, <c>key</c>, <c>value</c>, <c>proj_attn</c>, also as
    /// 1x1 convolutions) to today's names. Does nothing to weights that have those already.
    /// </summary>
    public static void RenameLegacyAttention(StateDict weights)
    {
        foreach (var (old, now) in (ReadOnlySpan<(string, string)>)
            [(".query.", ".to_q."), (".key.", ".to_k."), (".value.", ".to_v."), (".proj_attn.", ".to_out.0.")])
        {
            foreach (var name in weights.Names.Where(name => name.Contains(".attentions.0" + old, StringComparison.Ordinal)).ToArray())
            {
                var shape = weights[name].shape;
                weights.Rename(name, name.Replace(old, now, StringComparison.Ordinal), shape is [_, _, 1, 1] ? shape[..2] : shape);
            }
        }
    }

    /// <summary>Images <c>[B, InChannels, H, W]</c> in [-1, 1] to mean and log variance of their latents, each <c>[B, LatentChannels, H/f, W/f]</c>.</summary>
    public (Tensor Mean, Tensor LogVariance) Encode(Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        var moments = quantise.Forward(encoder.Forward(images)).to(images.dtype).chunk(2, 1);
        return (moments[0].MoveToOuterDisposeScope(), moments[1].clamp(-30.0, 20.0).MoveToOuterDisposeScope());
    }

    /// <summary>Latents (already divided by the scaling factor) to images <c>[B, OutChannels, H, W]</c>, about [-1, 1], not clamped.</summary>
    public Tensor Decode(Tensor latents)
    {
        using var scope = torch.NewDisposeScope();
        return decoder.Forward(dequantise.Forward(latents)).to(latents.dtype).MoveToOuterDisposeScope();
    }
}

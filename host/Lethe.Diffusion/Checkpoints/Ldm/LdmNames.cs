using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>The names of the original CompVis (latent diffusion) checkpoints, to and from those of diffusers, one to one.</summary>
internal sealed class LdmNames
{
    public const string UNetPrefix = "model.diffusion_model.";
    public const string AutoencoderPrefix = "first_stage_model.";

    private static readonly (string Diffusers, string Ldm)[] ResnetLeaves =
    [
        ("norm1.", "in_layers.0."), ("conv1.", "in_layers.2."), ("norm2.", "out_layers.0."), ("conv2.", "out_layers.3."),
        ("time_emb_proj.", "emb_layers.1."), ("conv_shortcut.", "skip_connection."),
    ];

    // The order matters: `proj_out.` must not be taken for a leaf that ends alike.
    private static readonly (string Diffusers, string Ldm)[] AttentionLeaves =
        [("group_norm.", "norm."), ("to_q.", "q."), ("to_k.", "k."), ("to_v.", "v."), ("to_out.0.", "proj_out.")];

    private static readonly (string Diffusers, string Ldm)[] AutoencoderResnetLeaves =
        [("conv_shortcut.", "nin_shortcut."), ("norm1.", "norm1."), ("conv1.", "conv1."), ("norm2.", "norm2."), ("conv2.", "conv2.")];

    private readonly List<Block> unet;
    private readonly List<Block> autoencoder;

    public LdmNames(UNet2DConfig unet, AutoencoderKLConfig autoencoder) => (this.unet, this.autoencoder) = (Of(unet), Of(autoencoder));

    /// <summary>Names that begin alike in both, and how they go on; no leaves means in the same way.</summary>
    private sealed record Block(string Diffusers, string Ldm, (string Diffusers, string Ldm)[] Leaves);

    /// <summary>A U-Net weight's name in diffusers; null where the original name, without prefix, is no weight of it.</summary>
    public string? UNetToDiffusers(string name) => Translate(unet, name, block => block.Ldm, block => block.Diffusers, leaf => leaf.Ldm, leaf => leaf.Diffusers);

    /// <summary>A U-Net weight's original name, without prefix; null where diffusers' name is no weight of it.</summary>
    public string? UNetToLdm(string name) => Translate(unet, name, block => block.Diffusers, block => block.Ldm, leaf => leaf.Diffusers, leaf => leaf.Ldm);

    /// <summary>As <see cref="UNetToDiffusers"/>, for the autoencoder.</summary>
    public string? AutoencoderToDiffusers(string name) =>
        Translate(autoencoder, name, block => block.Ldm, block => block.Diffusers, leaf => leaf.Ldm, leaf => leaf.Diffusers);

    /// <summary>As <see cref="UNetToLdm"/>, for the autoencoder.</summary>
    public string? AutoencoderToLdm(string name) =>
        Translate(autoencoder, name, block => block.Diffusers, block => block.Ldm, leaf => leaf.Diffusers, leaf => leaf.Ldm);

    /// <summary>Whether an autoencoder weight, by diffusers' name, is a matrix here and a 1x1 convolution there.</summary>
    public static bool IsFlattened(string name) =>
        name.Contains(".attentions.0.to_", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal);

    private static string? Translate(
        List<Block> blocks, string name, Func<Block, string> from, Func<Block, string> to,
        Func<(string Diffusers, string Ldm), string> leafFrom, Func<(string Diffusers, string Ldm), string> leafTo)
    {
        foreach (var block in blocks)
        {
            if (!name.StartsWith(from(block), StringComparison.Ordinal))
                continue;
            var rest = name[from(block).Length..];
            if (block.Leaves.Length == 0)
                return to(block) + rest;
            foreach (var leaf in block.Leaves)
            {
                if (rest.StartsWith(leafFrom(leaf), StringComparison.Ordinal))
                    return to(block) + leafTo(leaf) + rest[leafFrom(leaf).Length..];
            }
        }

        return null;
    }

    private static List<Block> Of(UNet2DConfig config)
    {
        var (levels, layers) = (config.BlockOutChannels.Count, config.LayersPerBlock);
        List<Block> blocks =
        [
            new("time_embedding.linear_1.", "time_embed.0.", []), new("time_embedding.linear_2.", "time_embed.2.", []),
            new("conv_in.", "input_blocks.0.0.", []), new("conv_norm_out.", "out.0.", []), new("conv_out.", "out.2.", []),
            new("mid_block.resnets.0.", "middle_block.0.", ResnetLeaves), new("mid_block.attentions.0.", "middle_block.1.", []),
            new("mid_block.resnets.1.", "middle_block.2.", ResnetLeaves),
        ];
        for (var i = 0; i < levels; i++)
        {
            for (var j = 0; j < layers; j++)
            {
                var at = (layers + 1) * i + j + 1;
                blocks.Add(new($"down_blocks.{i}.resnets.{j}.", $"input_blocks.{at}.0.", ResnetLeaves));
                if (config.DownBlockTypes[i] == UNet2DConfig.CrossAttentionDown)
                    blocks.Add(new($"down_blocks.{i}.attentions.{j}.", $"input_blocks.{at}.1.", []));
            }

            if (i < levels - 1)
                blocks.Add(new($"down_blocks.{i}.downsamplers.0.conv.", $"input_blocks.{(layers + 1) * (i + 1)}.0.op.", []));
            var attends = config.UpBlockTypes[i] == UNet2DConfig.CrossAttentionUp;
            for (var j = 0; j <= layers; j++)
            {
                var at = (layers + 1) * i + j;
                blocks.Add(new($"up_blocks.{i}.resnets.{j}.", $"output_blocks.{at}.0.", ResnetLeaves));
                if (attends)
                    blocks.Add(new($"up_blocks.{i}.attentions.{j}.", $"output_blocks.{at}.1.", []));
            }

            if (i < levels - 1)
                blocks.Add(new($"up_blocks.{i}.upsamplers.0.", $"output_blocks.{(layers + 1) * i + layers}.{(attends ? 2 : 1)}.", []));
        }

        return blocks;
    }

    private static List<Block> Of(AutoencoderKLConfig config)
    {
        List<Block> blocks = [new("quant_conv.", "quant_conv.", []), new("post_quant_conv.", "post_quant_conv.", [])];
        var levels = config.BlockOutChannels.Count;
        foreach (var side in (ReadOnlySpan<string>)["encoder", "decoder"])
        {
            blocks.AddRange(
            [
                new($"{side}.conv_in.", $"{side}.conv_in.", []), new($"{side}.conv_norm_out.", $"{side}.norm_out.", []), new($"{side}.conv_out.", $"{side}.conv_out.", []),
                new($"{side}.mid_block.resnets.0.", $"{side}.mid.block_1.", AutoencoderResnetLeaves), new($"{side}.mid_block.attentions.0.", $"{side}.mid.attn_1.", AttentionLeaves),
                new($"{side}.mid_block.resnets.1.", $"{side}.mid.block_2.", AutoencoderResnetLeaves),
            ]);
        }

        for (var i = 0; i < levels; i++)
        {
            for (var j = 0; j < config.LayersPerBlock; j++)
                blocks.Add(new($"encoder.down_blocks.{i}.resnets.{j}.", $"encoder.down.{i}.block.{j}.", AutoencoderResnetLeaves));
            blocks.Add(new($"encoder.down_blocks.{i}.downsamplers.0.", $"encoder.down.{i}.downsample.", []));
            for (var j = 0; j <= config.LayersPerBlock; j++)
                blocks.Add(new($"decoder.up_blocks.{i}.resnets.{j}.", $"decoder.up.{levels - 1 - i}.block.{j}.", AutoencoderResnetLeaves));
            blocks.Add(new($"decoder.up_blocks.{i}.upsamplers.0.", $"decoder.up.{levels - 1 - i}.upsample.", []));
        }

        return blocks;
    }
}

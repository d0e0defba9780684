using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Networks;

/// <summary>The shape of an <see cref="AutoencoderKL"/>; defaults are diffusers'.</summary>
public sealed record AutoencoderKLConfig
{
    public int InChannels { get; init; } = 3;

    public int OutChannels { get; init; } = 3;

    public int LatentChannels { get; init; } = 4;

    /// <summary>Channels per level, finest first; each level but the last halves the sides.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; init; } = [64];

    public int LayersPerBlock { get; init; } = 1;

    public int NormGroups { get; init; } = 32;

    /// <summary>Latents are multiplied by this to have about unit variance.</summary>
    public double ScalingFactor { get; init; } = 0.18215;

    /// <summary>Image pixels per latent pixel, along a side.</summary>
    public int Downscale => 1 << (BlockOutChannels.Count - 1);

    /// <summary>Where the configuration came from, for error messages.</summary>
    public string Source { get; init; } = "the autoencoder configuration";

    /// <summary>Reads <c>vae/config.json</c>.</summary>
    public static AutoencoderKLConfig Load(string path) => Read(ConfigReader.Open(path));

    internal static AutoencoderKLConfig Read(ConfigReader json)
    {
        json.Word("act_fn", "silu", "silu", "swish");
        foreach (var key in (ReadOnlySpan<string>)["latents_mean", "latents_std", "shift_factor"])
            json.RefuseFeature(key);
        var defaults = new AutoencoderKLConfig();
        var config = new AutoencoderKLConfig
        {
            Source = $"`{json.File}`",
            InChannels = json.Int("in_channels", defaults.InChannels, 1, 64),
            OutChannels = json.Int("out_channels", defaults.OutChannels, 1, 64),
            LatentChannels = json.Int("latent_channels", defaults.LatentChannels, 1, 64),
            BlockOutChannels = json.Ints("block_out_channels", defaults.BlockOutChannels, 1, 16384),
            LayersPerBlock = json.Int("layers_per_block", defaults.LayersPerBlock, 1, 16),
            NormGroups = json.Int("norm_num_groups", defaults.NormGroups, 1, 16384),
            ScalingFactor = json.Number("scaling_factor", defaults.ScalingFactor, 1e-6, 1e6),
        };
        json.Words("down_block_types", [], "DownEncoderBlock2D");
        json.Words("up_block_types", [], "UpDecoderBlock2D");
        config.Validate();
        return config;
    }

    internal void Validate()
    {
        foreach (var channels in BlockOutChannels)
        {
            if (channels % NormGroups != 0)
                throw new CheckpointException(
                    $"{Source}: `block_out_channels` has `{channels}`, expected a multiple of `norm_num_groups`, `{NormGroups}`");
        }
    }
}

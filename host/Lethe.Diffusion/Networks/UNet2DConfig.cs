using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Networks;

/// <summary>The shape of a <see cref="UNet2DConditionModel"/>; defaults are diffusers'.</summary>
public sealed record UNet2DConfig
{
    public const string CrossAttentionDown = "CrossAttnDownBlock2D";
    public const string PlainDown = "DownBlock2D";
    public const string CrossAttentionUp = "CrossAttnUpBlock2D";
    public const string PlainUp = "UpBlock2D";
    private const int WidestLayer = 16384;

    /// <summary>Side of the latents the model was trained on, in latent pixels.</summary>
    public int SampleSize { get; init; } = 64;

    public int InChannels { get; init; } = 4;

    public int OutChannels { get; init; } = 4;

    /// <summary>Channels per level, finest first.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; init; } = [320, 640, 1280, 1280];

    public IReadOnlyList<string> DownBlockTypes { get; init; } = [CrossAttentionDown, CrossAttentionDown, CrossAttentionDown, PlainDown];

    /// <summary>Block types of the expanding path, coarsest first.</summary>
    public IReadOnlyList<string> UpBlockTypes { get; init; } = [PlainUp, CrossAttentionUp, CrossAttentionUp, CrossAttentionUp];

    public int LayersPerBlock { get; init; } = 2;

    public int TransformerLayersPerBlock { get; init; } = 1;

    /// <summary>Width of the text states.</summary>
    public int CrossAttentionWidth { get; init; } = 1280;

    /// <summary>Heads per level, or one number for all. diffusers stores it as <c>attention_head_dim</c>, a misnomer kept for old files.</summary>
    public IReadOnlyList<int> AttentionHeads { get; init; } = [8];

    public bool UseLinearProjection { get; init; }

    public bool FlipSinToCos { get; init; } = true;

    public int FreqShift { get; init; }

    public int NormGroups { get; init; } = 32;

    public double NormEpsilon { get; init; } = 1e-5;

    public int DownsamplePadding { get; init; } = 1;

    /// <summary>Width of the time embedding.</summary>
    public int TimeWidth => 4 * BlockOutChannels[0];

    /// <summary>Where the configuration came from, for error messages.</summary>
    public string Source { get; init; } = "the U-Net configuration";

    public int HeadsAt(int level) => AttentionHeads[AttentionHeads.Count == 1 ? 0 : level];

    /// <summary>Reads <c>unet/config.json</c>.</summary>
    public static UNet2DConfig Load(string path) => Read(ConfigReader.Open(path));

    internal static UNet2DConfig Read(ConfigReader json)
    {
        foreach (var key in (ReadOnlySpan<string>)
            ["center_input_sample", "class_embed_type", "addition_embed_type", "num_class_embeds", "encoder_hid_dim", "dual_cross_attention",
             "time_embedding_dim", "time_embedding_act_fn", "timestep_post_act", "time_cond_proj_dim", "cross_attention_norm",
             "resnet_skip_time_act", "mid_block_only_cross_attention", "only_cross_attention"])
            json.RefuseFeature(key);
        json.Word("act_fn", "silu", "silu", "swish");
        json.Word("resnet_time_scale_shift", "default", "default");
        json.Word("time_embedding_type", "positional", "positional");
        json.Word("mid_block_type", "UNetMidBlock2DCrossAttn", "UNetMidBlock2DCrossAttn");
        json.Number("mid_block_scale_factor", 1, 1, 1);
        json.Number("resnet_out_scale_factor", 1, 1, 1);
        json.Int("conv_in_kernel", 3, 3, 3);
        json.Int("conv_out_kernel", 3, 3, 3);
        var defaults = new UNet2DConfig();
        var config = new UNet2DConfig
        {
            Source = $"`{json.File}`",
            SampleSize = json.Int("sample_size", defaults.SampleSize, 1, 4096),
            InChannels = json.Int("in_channels", defaults.InChannels, 1, 64),
            OutChannels = json.Int("out_channels", defaults.OutChannels, 1, 64),
            BlockOutChannels = json.Ints("block_out_channels", defaults.BlockOutChannels, 2, WidestLayer),
            DownBlockTypes = json.Words("down_block_types", defaults.DownBlockTypes, CrossAttentionDown, PlainDown),
            UpBlockTypes = json.Words("up_block_types", defaults.UpBlockTypes, CrossAttentionUp, PlainUp),
            LayersPerBlock = json.Int("layers_per_block", defaults.LayersPerBlock, 1, 16),
            TransformerLayersPerBlock = json.Int("transformer_layers_per_block", defaults.TransformerLayersPerBlock, 1, 32),
            CrossAttentionWidth = json.Int("cross_attention_dim", defaults.CrossAttentionWidth, 1, WidestLayer),
            AttentionHeads = json.Ints(
                json.Has("num_attention_heads") ? "num_attention_heads" : "attention_head_dim", defaults.AttentionHeads, 1, 1024),
            UseLinearProjection = json.Flag("use_linear_projection", defaults.UseLinearProjection),
            FlipSinToCos = json.Flag("flip_sin_to_cos", defaults.FlipSinToCos),
            FreqShift = json.Int("freq_shift", defaults.FreqShift, 0, 1),
            NormGroups = json.Int("norm_num_groups", defaults.NormGroups, 1, WidestLayer),
            NormEpsilon = json.Number("norm_eps", defaults.NormEpsilon, 1e-12, 1),
            DownsamplePadding = json.Int("downsample_padding", defaults.DownsamplePadding, 1, 1),
        };
        config.Validate();
        return config;
    }

    internal void Validate()
    {
        var levels = BlockOutChannels.Count;
        if (DownBlockTypes.Count != levels || UpBlockTypes.Count != levels)
            throw new CheckpointException(
                $"{Source}: `down_block_types` and `up_block_types` have `{DownBlockTypes.Count}` and `{UpBlockTypes.Count}` entries, " +
                $"expected `{levels}` as in `block_out_channels`");
        if (AttentionHeads.Count != 1 && AttentionHeads.Count != levels)
            throw new CheckpointException($"{Source}: `attention_head_dim` has `{AttentionHeads.Count}` entries, expected 1 or `{levels}`");
        if (BlockOutChannels[0] % 2 != 0)
            throw new CheckpointException($"{Source}: `block_out_channels` starts with `{BlockOutChannels[0]}`, expected an even number");
        for (var level = 0; level < levels; level++)
        {
            if (BlockOutChannels[level] % NormGroups != 0)
                throw new CheckpointException(
                    $"{Source}: `block_out_channels` has `{BlockOutChannels[level]}`, expected a multiple of `norm_num_groups`, `{NormGroups}`");
            // The middle block always attends, with the heads of the coarsest level.
            var attends = DownBlockTypes[level] == CrossAttentionDown || UpBlockTypes[levels - 1 - level] == CrossAttentionUp || level == levels - 1;
            if (attends && BlockOutChannels[level] % HeadsAt(level) != 0)
                throw new CheckpointException(
                    $"{Source}: `attention_head_dim` gives `{HeadsAt(level)}` heads to `{BlockOutChannels[level]}` channels, expected a divisor");
        }
    }
}

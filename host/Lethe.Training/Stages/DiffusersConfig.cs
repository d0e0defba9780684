using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Schedules;
using Lethe.Diffusion.Text;

namespace Lethe.Training.Stages;

/// <summary>The configuration files of diffusers and transformers.</summary>
internal static class DiffusersConfig
{
    private static readonly string?[] None = [null, null];

    public static Dictionary<string, object?> UNet(UNet2DConfig config) => new()
    {
        ["_class_name"] = "UNet2DConditionModel",
        ["sample_size"] = config.SampleSize,
        ["in_channels"] = config.InChannels,
        ["out_channels"] = config.OutChannels,
        ["block_out_channels"] = config.BlockOutChannels,
        ["layers_per_block"] = config.LayersPerBlock,
        ["cross_attention_dim"] = config.CrossAttentionWidth,
        ["attention_head_dim"] = config.AttentionHeads[0],
        ["norm_num_groups"] = config.NormGroups,
        ["norm_eps"] = config.NormEpsilon,
        ["act_fn"] = "silu",
        ["center_input_sample"] = false,
        ["flip_sin_to_cos"] = config.FlipSinToCos,
        ["freq_shift"] = config.FreqShift,
        ["downsample_padding"] = config.DownsamplePadding,
        ["mid_block_scale_factor"] = 1,
        ["down_block_types"] = config.DownBlockTypes,
        ["up_block_types"] = config.UpBlockTypes,
    };

    public static Dictionary<string, object?> Autoencoder(AutoencoderKLConfig config, double scalingFactor) => new()
    {
        ["_class_name"] = "AutoencoderKL",
        ["in_channels"] = config.InChannels,
        ["out_channels"] = config.OutChannels,
        ["latent_channels"] = config.LatentChannels,
        ["sample_size"] = DenoiserStage.Config.SampleSize * config.Downscale,
        ["block_out_channels"] = config.BlockOutChannels,
        ["layers_per_block"] = config.LayersPerBlock,
        ["norm_num_groups"] = config.NormGroups,
        ["act_fn"] = "silu",
        ["down_block_types"] = config.BlockOutChannels.Select(_ => "DownEncoderBlock2D"),
        ["up_block_types"] = config.BlockOutChannels.Select(_ => "UpDecoderBlock2D"),
        ["scaling_factor"] = scalingFactor,
    };

    public static Dictionary<string, object?> Text(ClipTextConfig config, ClipTokenizer tokenizer) => new()
    {
        ["architectures"] = new[] { "CLIPTextModel" },
        ["model_type"] = "clip_text_model",
        ["vocab_size"] = config.VocabularySize,
        ["hidden_size"] = config.Width,
        ["intermediate_size"] = config.FeedForwardWidth,
        ["num_hidden_layers"] = config.Layers,
        ["num_attention_heads"] = config.Heads,
        ["max_position_embeddings"] = config.Positions,
        ["hidden_act"] = config.Activation,
        ["layer_norm_eps"] = config.NormEpsilon,
        ["projection_dim"] = config.Width,
        ["attention_dropout"] = 0.0,
        ["bos_token_id"] = tokenizer.StartId,
        ["eos_token_id"] = tokenizer.EndId,
        ["pad_token_id"] = tokenizer.PadId,
        ["torch_dtype"] = "float16",
    };

    public static Dictionary<string, object?> Scheduler(SchedulerConfig config) => new()
    {
        ["_class_name"] = "DDIMScheduler",
        ["beta_start"] = config.BetaStart,
        ["beta_end"] = config.BetaEnd,
        ["beta_schedule"] = config.ScaledBetas ? "scaled_linear" : "linear",
        ["num_train_timesteps"] = config.TrainTimesteps,
        ["clip_sample"] = config.ClipSample,
        ["set_alpha_to_one"] = config.SetAlphaToOne,
        ["steps_offset"] = config.StepsOffset,
        ["prediction_type"] = "epsilon",
        ["timestep_spacing"] = "leading",
    };

    public static Dictionary<string, object?> Index() => new()
    {
        ["_class_name"] = "StableDiffusionPipeline",
        ["_diffusers_version"] = "0.21.0",
        ["feature_extractor"] = None,
        ["requires_safety_checker"] = false,
        ["safety_checker"] = None,
        ["scheduler"] = new[] { "diffusers", "DDIMScheduler" },
        ["text_encoder"] = new[] { "transformers", "CLIPTextModel" },
        ["tokenizer"] = new[] { "transformers", "CLIPTokenizer" },
        ["unet"] = new[] { "diffusers", "UNet2DConditionModel" },
        ["vae"] = new[] { "diffusers", "AutoencoderKL" },
    };
}

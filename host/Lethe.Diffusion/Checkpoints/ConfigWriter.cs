using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Schedules;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>Writes the configuration files of diffusers and transformers for a model that came without them.</summary>
internal static class ConfigWriter
{
    private const string DiffusersVersion = "0.24.0";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    public static void Write(DiffusionCheckpoint model, string folder)
    {
        Put(folder, "model_index.json", Index(model));
        Put(folder, "unet/config.json", UNet(model.UNet.Config));
        Put(folder, "vae/config.json", Autoencoder(model.Autoencoder.Config, model.UNet.Config.SampleSize));
        Put(folder, "text_encoder/config.json", Text(model.TextEncoder.Config));
        Put(folder, "scheduler/scheduler_config.json", Scheduler(model.Scheduler));
    }

    private static JsonObject Index(DiffusionCheckpoint model) => new()
    {
        ["_class_name"] = "StableDiffusionPipeline",
        ["_diffusers_version"] = DiffusersVersion,
        ["feature_extractor"] = List((string?)null, null),
        ["requires_safety_checker"] = false,
        ["safety_checker"] = List((string?)null, null),
        ["scheduler"] = List("diffusers", model.Scheduler.ClassName),
        ["text_encoder"] = List("transformers", "CLIPTextModel"),
        ["tokenizer"] = List("transformers", "CLIPTokenizer"),
        ["unet"] = List("diffusers", "UNet2DConditionModel"),
        ["vae"] = List("diffusers", "AutoencoderKL"),
    };

    private static JsonObject UNet(UNet2DConfig config) => new()
    {
        ["_class_name"] = "UNet2DConditionModel",
        ["_diffusers_version"] = DiffusersVersion,
        ["act_fn"] = "silu",
        ["attention_head_dim"] = config.AttentionHeads.Count == 1 ? config.AttentionHeads[0] : List(config.AttentionHeads),
        ["block_out_channels"] = List(config.BlockOutChannels),
        ["center_input_sample"] = false,
        ["cross_attention_dim"] = config.CrossAttentionWidth,
        ["down_block_types"] = List(config.DownBlockTypes),
        ["downsample_padding"] = config.DownsamplePadding,
        ["flip_sin_to_cos"] = config.FlipSinToCos,
        ["freq_shift"] = config.FreqShift,
        ["in_channels"] = config.InChannels,
        ["layers_per_block"] = config.LayersPerBlock,
        ["mid_block_scale_factor"] = 1,
        ["norm_eps"] = config.NormEpsilon,
        ["norm_num_groups"] = config.NormGroups,
        ["out_channels"] = config.OutChannels,
        ["sample_size"] = config.SampleSize,
        ["transformer_layers_per_block"] = config.TransformerLayersPerBlock,
        ["up_block_types"] = List(config.UpBlockTypes),
        ["use_linear_projection"] = config.UseLinearProjection,
    };

    private static JsonObject Autoencoder(AutoencoderKLConfig config, int latentSide) => new()
    {
        ["_class_name"] = "AutoencoderKL",
        ["_diffusers_version"] = DiffusersVersion,
        ["act_fn"] = "silu",
        ["block_out_channels"] = List(config.BlockOutChannels),
        ["down_block_types"] = List(config.BlockOutChannels.Select(_ => "DownEncoderBlock2D")),
        ["in_channels"] = config.InChannels,
        ["latent_channels"] = config.LatentChannels,
        ["layers_per_block"] = config.LayersPerBlock,
        ["norm_num_groups"] = config.NormGroups,
        ["out_channels"] = config.OutChannels,
        ["sample_size"] = latentSide * config.Downscale,
        ["scaling_factor"] = config.ScalingFactor,
        ["up_block_types"] = List(config.BlockOutChannels.Select(_ => "UpDecoderBlock2D")),
    };

    private static JsonObject Text(ClipTextConfig config) => new()
    {
        ["architectures"] = List("CLIPTextModel"),
        ["attention_dropout"] = 0.0,
        ["bos_token_id"] = 0,
        ["eos_token_id"] = config.EndToken,
        ["hidden_act"] = config.Activation,
        ["hidden_size"] = config.Width,
        ["intermediate_size"] = config.FeedForwardWidth,
        ["layer_norm_eps"] = config.NormEpsilon,
        ["max_position_embeddings"] = config.Positions,
        ["model_type"] = "clip_text_model",
        ["num_attention_heads"] = config.Heads,
        ["num_hidden_layers"] = config.Layers,
        ["pad_token_id"] = 1,
        ["projection_dim"] = config.Width,
        ["torch_dtype"] = "float32",
        ["vocab_size"] = config.VocabularySize,
    };

    private static JsonObject Scheduler(SchedulerConfig config)
    {
        var json = new JsonObject
        {
            ["_class_name"] = config.ClassName,
            ["_diffusers_version"] = DiffusersVersion,
            ["beta_end"] = config.BetaEnd,
            ["beta_schedule"] = config.ScaledBetas ? "scaled_linear" : "linear",
            ["beta_start"] = config.BetaStart,
            ["clip_sample"] = config.ClipSample ?? true,
            ["num_train_timesteps"] = config.TrainTimesteps,
            ["prediction_type"] = config.Prediction == PredictionType.Velocity ? "v_prediction" : "epsilon",
            ["set_alpha_to_one"] = config.SetAlphaToOne ?? config.ClassName == "DDIMScheduler",
            ["skip_prk_steps"] = config.SkipPrkSteps,
            ["steps_offset"] = config.StepsOffset,
            ["trained_betas"] = null,
        };
        if (config.Spacing is { } spacing)
            json["timestep_spacing"] = spacing.ToString().ToLowerInvariant();
        if (config.RescaleBetasZeroSnr)
            json["rescale_betas_zero_snr"] = true;
        if (config.EndsWithoutNoise)
            json["final_sigmas_type"] = "zero";
        return json;
    }

    private static JsonArray List<T>(params IEnumerable<T> items) => new([.. items.Select(item => (JsonNode?)JsonValue.Create(item))]);

    private static void Put(string folder, string name, JsonObject content) =>
        AtomicFile.WriteText(Path.Combine(folder, name), content.ToJsonString(Indented) + "\n");
}

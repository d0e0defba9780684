using System.Text.Json;
using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Text;

namespace Lethe.EndToEnd;

/// <summary>A random model in the layout of diffusers, small enough that a picture takes milliseconds.</summary>
internal static class TinyModel
{
    private const int Vocabulary = 560;

    /// <summary>Writes the model.</summary>
    public static void Write(string folder)
    {
        BpeTrainer.Train(["a picture of a bomb", "a picture of an apple", "a picture of a balloon", "a sword and a broom"], Vocabulary, Path.Combine(folder, "tokenizer"));
        Json(folder, "model_index.json", new { _class_name = "StableDiffusionPipeline" });
        Json(folder, "scheduler/scheduler_config.json", new
        {
            _class_name = "DDIMScheduler",
            num_train_timesteps = 1000,
            beta_start = 0.00085,
            beta_end = 0.012,
            beta_schedule = "scaled_linear",
            set_alpha_to_one = false,
            steps_offset = 1,
            clip_sample = false,
        });
        Json(folder, "text_encoder/config.json", new
        {
            vocab_size = Words(folder),
            hidden_size = 16,
            intermediate_size = 32,
            num_hidden_layers = 1,
            num_attention_heads = 2,
            max_position_embeddings = 77,
            eos_token_id = Words(folder) - 1,
            hidden_act = "quick_gelu",
        });
        Json(folder, "unet/config.json", new
        {
            _class_name = "UNet2DConditionModel",
            sample_size = 4,
            in_channels = 4,
            out_channels = 4,
            block_out_channels = new[] { 8, 16 },
            down_block_types = new[] { "CrossAttnDownBlock2D", "DownBlock2D" },
            up_block_types = new[] { "UpBlock2D", "CrossAttnUpBlock2D" },
            layers_per_block = 1,
            attention_head_dim = 2,
            cross_attention_dim = 16,
            norm_num_groups = 4,
        });
        Json(folder, "vae/config.json", new
        {
            _class_name = "AutoencoderKL",
            block_out_channels = new[] { 8, 8 },
            layers_per_block = 1,
            norm_num_groups = 4,
            latent_channels = 4,
            down_block_types = new[] { "DownEncoderBlock2D", "DownEncoderBlock2D" },
            up_block_types = new[] { "UpDecoderBlock2D", "UpDecoderBlock2D" },
        });
        using var generator = new torch.Generator(11);
        Weights(folder, "text_encoder", "model", ClipInit.CreateText(ClipTextConfig.Load(Path.Combine(folder, "text_encoder", "config.json")), generator));
        Weights(folder, "unet", "diffusion_pytorch_model", UNetInit.Create(UNet2DConfig.Load(Path.Combine(folder, "unet", "config.json")), generator));
        Weights(folder, "vae", "diffusion_pytorch_model", AutoencoderInit.Create(AutoencoderKLConfig.Load(Path.Combine(folder, "vae", "config.json")), generator));
    }

    /// <summary>File with the denoiser's weights.</summary>
    public static string DenoiserFile(string folder) => Path.Combine(folder, "unet", "diffusion_pytorch_model.safetensors");

    private static int Words(string folder)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "tokenizer", "vocab.json")));
        return json.RootElement.EnumerateObject().Count();
    }

    private static void Weights(string folder, string part, string stem, StateDict weights)
    {
        using (weights)
            SafetensorsWriter.Write(Path.Combine(folder, part, stem + ".safetensors"), weights, floatType: ScalarType.Float16);
    }

    private static void Json(string folder, string name, object content)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, JsonSerializer.Serialize(content));
    }
}

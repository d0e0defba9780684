using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Tests;

/// <summary>Writes a complete model folder with seeded random weights, small enough to be made anew for every test.</summary>
internal static class TinyModel
{
    private const string UNetConfig = """
        {
          "_class_name": "UNet2DConditionModel",
          "act_fn": "silu",
          "attention_head_dim": 2,
          "block_out_channels": [8, 16],
          "cross_attention_dim": 6,
          "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
          "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"],
          "in_channels": 4,
          "layers_per_block": 1,
          "norm_num_groups": 4,
          "sample_size": 8
        }
        """;

    private const string AutoencoderConfig = """
        { "_class_name": "AutoencoderKL", "block_out_channels": [4, 8], "norm_num_groups": 2 }
        """;

    private const string TextConfig = """
        { "vocab_size": 50, "hidden_size": 6, "intermediate_size": 12, "num_hidden_layers": 2, "num_attention_heads": 2, "eos_token_id": 49 }
        """;

    /// <summary>The U-Net and the autoencoder are stored in float32, the text encoder in float16 with an integer table, as published models are.</summary>
    public static string Write(string folder)
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new Generator(20240);
        Text("model_index.json", """{ "_class_name": "StableDiffusionPipeline" }""");
        Text("scheduler/scheduler_config.json", """{ "_class_name": "DDIMScheduler" }""");
        Text("tokenizer/vocab.json", "{}");
        Text("tokenizer/merges.txt", "#version: 0.2\n");
        using var unet = UNetInit.Create(UNet2DConfig.Load(Text("unet/config.json", UNetConfig)), generator);
        using var vae = AutoencoderInit.Create(AutoencoderKLConfig.Load(Text("vae/config.json", AutoencoderConfig)), generator);
        using var text = ClipInit.CreateText(ClipTextConfig.Load(Text("text_encoder/config.json", TextConfig)), generator);
        text.Add("text_model.embeddings.position_ids", torch.arange(77, dtype: torch.int64).unsqueeze(0));
        SafetensorsWriter.Write(Path.Combine(folder, "unet/diffusion_pytorch_model.safetensors"), unet);
        SafetensorsWriter.Write(Path.Combine(folder, "vae/diffusion_pytorch_model.safetensors"), vae);
        SafetensorsWriter.Write(Path.Combine(folder, "text_encoder/model.safetensors"), text, floatType: torch.float16);
        return folder;

        string Text(string name, string content)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
            return path;
        }
    }

    /// <summary>
    /// A model whose every size can be read off its tensors: 32 groups, heads as published, CLIP's vocabulary. The second version has
    /// what Stable Diffusion 2 has: linear projections, heads of 64, velocities, OpenCLIP's activation.
    /// </summary>
    public static string WritePlain(string folder, bool second)
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new Generator(20241);
        Text("model_index.json", """{ "_class_name": "StableDiffusionPipeline" }""");
        Text("scheduler/scheduler_config.json", $$"""
            { "_class_name": "DDIMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1,
              "set_alpha_to_one": false, "clip_sample": false, "prediction_type": "{{(second ? "v_prediction" : "epsilon")}}" }
            """);
        Text("tokenizer/vocab.json", "{}");
        Text("tokenizer/merges.txt", "#version: 0.2\n");
        using var unet = UNetInit.Create(UNet2DConfig.Load(Text("unet/config.json", $$"""
            { "attention_head_dim": {{(second ? "[1, 2]" : "8")}}, "block_out_channels": [64, 128], "cross_attention_dim": 64, "layers_per_block": 1,
              "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"], "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"],
              "use_linear_projection": {{(second ? "true" : "false")}} }
            """)), generator);
        using var vae = AutoencoderInit.Create(AutoencoderKLConfig.Load(Text("vae/config.json", """{ "block_out_channels": [32, 32] }""")), generator);
        using var text = ClipInit.CreateText(ClipTextConfig.Load(Text("text_encoder/config.json", $$"""
            { "vocab_size": 49408, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 1, "hidden_act": "{{(second ? "gelu" : "quick_gelu")}}" }
            """)), generator);
        SafetensorsWriter.Write(Path.Combine(folder, "unet/diffusion_pytorch_model.safetensors"), unet);
        SafetensorsWriter.Write(Path.Combine(folder, "vae/diffusion_pytorch_model.safetensors"), vae, floatType: torch.bfloat16);
        SafetensorsWriter.Write(Path.Combine(folder, "text_encoder/model.safetensors"), text, floatType: torch.float16);
        return folder;

        string Text(string name, string content)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
            return path;
        }
    }
}

namespace Lethe.Diffusion.Checkpoints;

/// <summary>Recognises what is not Stable Diffusion 1.x or 2.x, so that it can be refused by its name.</summary>
internal static class ForeignModel
{
    // The first hit counts, so the particular stands before the general.
    private static readonly (string Part, string Name)[] Keys =
    [
        ("conditioner.embedders.", "Stable Diffusion XL"), ("model.diffusion_model.label_emb.", "Stable Diffusion XL"), ("add_embedding.linear_1.", "the U-Net of Stable Diffusion XL"),
        ("joint_blocks.", "Stable Diffusion 3"), ("double_blocks.", "Flux"), ("single_transformer_blocks.", "Flux"), ("double_layers.", "AuraFlow"),
        ("adaln_single.", "PixArt"), ("adaLN_single", "PixArt"), ("effnet_mapper.", "Stable Cascade"), ("clip_txt_pooled_mapper.", "Stable Cascade"), ("cap_embedder.", "Lumina"),
        ("control_model.", "a ControlNet"), ("controlnet_cond_embedding.", "a ControlNet"), ("motion_modules.", "an AnimateDiff motion module"), ("time_stack.", "Stable Video Diffusion"),
        ("lora_unet_", "a low-rank adapter (LoRA)"), ("lora_te_", "a low-rank adapter (LoRA)"), (".lora_A.", "a low-rank adapter (LoRA)"),
        (".lora_down.", "a low-rank adapter (LoRA)"), (".lora.down.", "a low-rank adapter (LoRA)"), ("string_to_param", "a textual inversion embedding"), ("emb_params", "a textual inversion embedding"),
    ];

    private static readonly (string Start, string Name)[] Pipelines =
    [
        ("StableDiffusionXL", "Stable Diffusion XL"), ("StableDiffusion3", "Stable Diffusion 3"), ("Flux", "Flux"), ("StableCascade", "Stable Cascade"), ("Wuerstchen", "Wuerstchen"),
        ("PixArt", "PixArt"), ("Kandinsky", "Kandinsky"), ("IF", "DeepFloyd IF"), ("Hunyuan", "Hunyuan-DiT"), ("AuraFlow", "AuraFlow"), ("Lumina", "Lumina"), ("Sana", "Sana"),
        ("CogVideoX", "CogVideoX"), ("StableVideoDiffusion", "Stable Video Diffusion"), ("LatentConsistency", "a latent consistency model"),
        ("StableDiffusionInpaint", "Stable Diffusion inpainting"), ("StableDiffusionUpscale", "the Stable Diffusion upscaler"), ("StableDiffusionDepth", "Stable Diffusion depth-to-image"),
        ("StableDiffusionInstructPix2Pix", "InstructPix2Pix"), ("StableUnCLIP", "Stable unCLIP"), ("StableDiffusionControlNet", "a ControlNet pipeline"),
    ];

    /// <summary>Refuses a single file whose tensors are another model's.</summary>
    public static void Refuse(ITensorFile file)
    {
        var names = file.Tensors.Select(tensor => tensor.Name).ToList();
        foreach (var (part, name) in Keys)
        {
            if (names.Find(tensor => tensor.Contains(part, StringComparison.Ordinal)) is { } found)
                throw Refusal($"`{file.Path}`: tensor `{found}` shows that this is {name}");
        }

        if (names.Exists(name => name.StartsWith(LdmNames.UNetPrefix + "input_blocks.", StringComparison.Ordinal)))
            return;
        throw Refusal(names.Exists(name => name.StartsWith("down_blocks.", StringComparison.Ordinal)) ? $"`{file.Path}` is one part of a model in the layout of diffusers, give its folder"
            : names.Exists(name => name.StartsWith("encoder.down.", StringComparison.Ordinal) || name.StartsWith(LdmNames.AutoencoderPrefix, StringComparison.Ordinal)) ? $"`{file.Path}` holds an autoencoder alone"
            : $"`{file.Path}` has no tensor `{LdmNames.UNetPrefix}input_blocks...`");
    }

    /// <summary>Refuses a folder whose <c>_class_name</c> is another model's pipeline.</summary>
    public static void RefusePipeline(string className, string file)
    {
        if (className is "StableDiffusionPipeline" or "StableDiffusionImg2ImgPipeline" or "StableDiffusionPipelineSafe")
            return;
        var name = Pipelines.FirstOrDefault(pipeline => className.StartsWith(pipeline.Start, StringComparison.Ordinal)).Name ?? "another kind of model";
        throw Refusal($"`{file}`: `_class_name` is `{className}`, so this is {name}");
    }

    /// <summary>Refuses a U-Net that wants more than latents.</summary>
    public static void RefuseInputs(int inputs, int latents, string source)
    {
        if (inputs == latents)
            return;
        var name = inputs switch { 9 => "Stable Diffusion inpainting", 8 => "InstructPix2Pix", 7 => "the Stable Diffusion upscaler", 5 => "Stable Diffusion depth-to-image", _ => "another kind of model" };
        throw Refusal($"{source}: the U-Net takes `{inputs}` channels and the autoencoder gives `{latents}`, so this is {name}");
    }

    private static CheckpointException Refusal(string message) => new(message + ", expected Stable Diffusion 1.x or 2.x");
}

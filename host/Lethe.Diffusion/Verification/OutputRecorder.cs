using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Verification;

/// <summary>Records a model's outputs for seeded inputs, for <see cref="RecordedOutputs"/> to compare with later or elsewhere.</summary>
public static class OutputRecorder
{
    private const int Seed = 20240;
    private const int Side = 16;
    private static readonly string[] Prompts = ["", "a photo of an astronaut riding a horse on mars"];

    /// <summary>Writes <c>text.safetensors</c>, <c>unet.safetensors</c> and <c>vae.safetensors</c>.</summary>
    /// <param name="model">Without attached edits.</param>
    /// <param name="folder">A new folder; it appears only once it is complete.</param>
    /// <exception cref="CheckpointException">The folder exists already.</exception>
    public static void Write(StableDiffusion model, string folder)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Path.Exists(target))
            throw new CheckpointException($"`{target}` already exists, expected a new folder");
        var temporary = target + AtomicFile.TemporarySuffix;
        if (Directory.Exists(temporary))
            Directory.Delete(temporary, recursive: true);
        try
        {
            using var noGradient = torch.no_grad();
            using var scope = torch.NewDisposeScope();
            using var generator = new torch.Generator(Seed);
            var states = Text(model, temporary);
            Denoiser(model, states, generator, temporary);
            Autoencoder(model, generator, temporary);
            Directory.Move(temporary, target);
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }

    private static Tensor Text(StableDiffusion model, string folder)
    {
        var tokenizer = ((PromptEncoder)model.TextEncoder).Tokenizer;
        var ids = torch.stack([.. Prompts.Select(prompt => torch.tensor(tokenizer.Encode(prompt)))]);
        var output = model.Checkpoint.TextEncoder.ForwardAll(ids);
        SafetensorsWriter.Write(Path.Combine(folder, "text.safetensors"), new Dictionary<string, Tensor>
        {
            ["input_ids"] = ids,
            ["last_hidden_state"] = output.LastHiddenState,
            ["pooled"] = output.Pooled,
        });
        return output.LastHiddenState;
    }

    private static void Denoiser(StableDiffusion model, Tensor states, torch.Generator generator, string folder)
    {
        var network = model.Checkpoint.UNet;
        var sample = torch.randn([2, network.Config.InChannels, Side, Side], generator: generator);
        var tensors = new Dictionary<string, Tensor> { ["sample"] = sample, ["encoder_hidden_states"] = states };
        foreach (var timestep in (ReadOnlySpan<long>)[1, 481, 981])
        {
            if (timestep < model.Schedule.TrainTimesteps)
                tensors[FormattableString.Invariant($"eps.t{timestep}")] = network.Forward(sample, torch.tensor([timestep]), states);
        }

        SafetensorsWriter.Write(Path.Combine(folder, "unet.safetensors"), tensors);
    }

    private static void Autoencoder(StableDiffusion model, torch.Generator generator, string folder)
    {
        var network = model.Checkpoint.Autoencoder;
        var side = Side / 2 * network.Config.Downscale;
        var image = torch.randn([1, network.Config.InChannels, side, side], generator: generator).clamp(-1, 1);
        var (mean, logVariance) = network.Encode(image);
        var scaled = torch.randn([1, network.Config.LatentChannels, Side / 2, Side / 2], generator: generator);
        SafetensorsWriter.Write(Path.Combine(folder, "vae.safetensors"), new Dictionary<string, Tensor>
        {
            ["image"] = image,
            ["mean"] = mean,
            ["logvar"] = logVariance,
            ["decode.scaled_latents"] = scaled,
            ["decode.image"] = network.Decode(scaled / network.Config.ScalingFactor),
        });
    }
}

using System.Text.Json;
using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Sampling;
using Lethe.Diffusion.Schedules;

namespace Lethe.Diffusion.Verification;

/// <summary>Whole sampling runs from recorded noise.</summary>
internal static class RecordedSampling
{
    /// <summary>One line for each recorded sampler that this program has; others are left out.</summary>
    public static IEnumerable<OutputDifference> Trajectories(StableDiffusion model, string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        var inputs = Path.Combine(folder, "inputs.safetensors");
        var recorded = RecordedOutputs.ReadAll(inputs);
        foreach (var (name, config, settings) in Runs(path))
        {
            var file = Path.Combine(folder, name + ".safetensors");
            using var scope = torch.NewDisposeScope();
            var expected = RecordedOutputs.ReadAll(file).Of("latents", file);
            // The denoiser turns velocities into noise, so the sampler only ever sees noise.
            using var schedule = new NoiseSchedule(config with { Prediction = PredictionType.Epsilon });
            using var denoiser = new Denoiser(model.Checkpoint.UNet, schedule, config.Prediction);
            var sampler = new DiffusionSampler(denoiser, schedule);
            var calls = 0;
            var latents = sampler.Sample(recorded.Of("cond", inputs), recorded.Of("uncond", inputs), [], Noise, settings);
            yield return OutputDifference.Relative($"sampling: {name}", expected[-1], latents, 3e-5);

            Tensor Noise() =>
                (calls++ == 0 ? recorded.Of("initial_noise", inputs) : recorded.Of("step_noise", inputs)[calls - 2]).clone();
        }
    }

    private static List<(string Name, SchedulerConfig Config, SamplerSettings Settings)> Runs(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = json.RootElement;
            var runs = new List<(string, SchedulerConfig, SamplerSettings)>();
            // Recordings whose runs have steps and guidance of their own are of other samplers too; none of them is compared.
            if (!root.TryGetProperty("steps", out var count))
                return runs;
            var (steps, guidance) = (count.GetInt32(), root.GetProperty("guidance_scale").GetDouble());
            foreach (var item in root.GetProperty("schedulers").EnumerateObject())
            {
                var config = item.Value.GetProperty("config");
                var karras = config.TryGetProperty("use_karras_sigmas", out var flag) && flag.ValueKind == JsonValueKind.True;
                if (KindOf(item.Value.GetProperty("class").GetString()!, karras) is not { } kind)
                    continue;
                var eta = item.Value.TryGetProperty("step_kwargs", out var arguments) && arguments.TryGetProperty("eta", out var number) ? number.GetDouble() : 0;
                runs.Add((
                    item.Name,
                    SchedulerConfig.Read(ConfigReader.Parse(System.Text.Encoding.UTF8.GetBytes(config.GetRawText()), path)),
                    new SamplerSettings { Kind = kind, Eta = eta, Steps = steps, GuidanceScale = guidance }));
            }

            return runs;
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new CheckpointException($"`{path}` is not a recording of sampling runs: {problem.Message.TrimEnd('.')}", problem);
        }
    }

    private static SamplerKind? KindOf(string className, bool karras) => (className, karras) switch
    {
        ("DDIMScheduler", _) => SamplerKind.Ddim,
        ("PNDMScheduler", _) => SamplerKind.Pndm,
        ("DDPMScheduler", _) => SamplerKind.Ddpm,
        ("EulerDiscreteScheduler", false) => SamplerKind.Euler,
        ("EulerDiscreteScheduler", true) => SamplerKind.EulerKarras,
        ("EulerAncestralDiscreteScheduler", _) => SamplerKind.EulerAncestral,
        ("DPMSolverMultistepScheduler", false) => SamplerKind.DpmSolver,
        ("DPMSolverMultistepScheduler", true) => SamplerKind.DpmSolverKarras,
        ("LMSDiscreteScheduler", false) => SamplerKind.Lms,
        ("LMSDiscreteScheduler", true) => SamplerKind.LmsKarras,
        _ => null,
    };
}

using System.Globalization;
using Lethe.Diffusion.Images;
using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Schedules;
using Lethe.Training.Data;
using Lethe.Training.Runs;

namespace Lethe.Training.Stages;

/// <summary>Draws a grid with the averaged weights now and then: some objects (rows) in all styles (columns).</summary>
internal sealed class Preview(StageContext context, CaptionStates states, NoiseSchedule schedule) : IDisposable
{
    private const int Rows = 8;
    private const int Steps = 12;
    private const double Guidance = 5;
    private readonly StateDict autoencoderWeights = DecoderStage.Whole(context);

    public void Draw(TrainingRun run, double scalingFactor, long step)
    {
        var world = context.World;
        var every = Math.Max(1, world.Objects.Count / Rows);
        var prompts = world.Objects.Where((_, i) => i % every == 0).Take(Rows)
            .SelectMany(o => world.Styles.Select(s => Captions.Styled(o.Name, s.Name))).ToList();
        using var weights = run.AveragedWeights();
        using var network = new UNet2DConditionModel(DenoiserStage.Config, weights);
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var generator = new torch.Generator((ulong)context.Options.Seed);
        var size = DenoiserStage.Config.SampleSize;
        var latents = torch.randn([prompts.Count, DenoiserStage.Config.InChannels, size, size], generator: generator);
        var clean = Sample(network, latents, prompts);
        var pictures = new AutoencoderKL(AutoencoderStage.Config, autoencoderWeights).Decode(clean.div(scalingFactor));
        var folder = Directory.CreateDirectory(Path.Combine(context.Options.WorkFolder, "samples")).FullName;
        var name = string.Create(CultureInfo.InvariantCulture, $"denoiser-{step:000000}.png");
        ImageFile.Write(Path.Combine(folder, name), ImageGrid.Compose(ImageTensor.ToImages(pictures), world.Styles.Count));
    }

    public void Dispose() => autoencoderWeights.Dispose();

    private Tensor Sample(UNet2DConditionModel network, Tensor noise, List<string> prompts)
    {
        using var scope = torch.NewDisposeScope();
        using var conditioned = network.PrecomputeKeysValues(states.Of(prompts));
        using var empty = network.PrecomputeKeysValues(states.Of([""]));
        using var sampler = new DdimScheduler(schedule, Steps);
        var latents = noise;
        foreach (var timestep in sampler.Timesteps)
        {
            using var inner = torch.NewDisposeScope();
            var time = torch.tensor(new long[] { timestep });
            var (with, without) = (network.Forward(latents, time, conditioned), network.Forward(latents, time, empty));
            latents = sampler.Step(without.add(with.sub(without).mul(Guidance)), latents).MoveToOuterDisposeScope();
        }

        return latents.MoveToOuterDisposeScope();
    }
}

using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Schedules;
using Lethe.Diffusion.Text;
using Lethe.Training.Data;
using Lethe.Training.Runs;

namespace Lethe.Training.Stages;

/// <summary>Trains the denoiser on the frozen autoencoder's latents and the frozen text encoder's states.</summary>
public static class DenoiserStage
{
    public const string Name = "denoiser";
    private const long RecipeSteps = 30000;
    private const int RecipeBatch = 32;
    // So often the caption is left out, for classifier-free guidance.
    private const double EmptyShare = 0.1;
    private const double LargestSignalToNoise = 5;
    // The objects of the ready-made policies, which gates measure, come up so many times as often as the others.
    private const int GatedTimes = 2;
    private const int TemplatesKept = 3;

    /// <summary>The shape of the network.</summary>
    public static UNet2DConfig Config => new()
    {
        SampleSize = 8,
        BlockOutChannels = [96, 192],
        LayersPerBlock = 1,
        DownBlockTypes = [UNet2DConfig.CrossAttentionDown, UNet2DConfig.PlainDown],
        UpBlockTypes = [UNet2DConfig.PlainUp, UNet2DConfig.CrossAttentionUp],
        CrossAttentionWidth = 256,
        AttentionHeads = [4],
        NormGroups = 16,
    };

    /// <summary>The noise of Stable Diffusion.</summary>
    public static SchedulerConfig Noise => new()
    {
        BetaStart = 0.00085,
        BetaEnd = 0.012,
        ScaledBetas = true,
        StepsOffset = 1,
        ClipSample = false,
        SetAlphaToOne = false,
    };

    public static void Run(StageContext context)
    {
        using var pictures = TrainingPictures.Open(context.Options.WorkFolder);
        using var autoencoderWeights = context.Trained(AutoencoderStage.Name);
        using var latents = Latents.Encode(new AutoencoderKL(AutoencoderStage.Config, autoencoderWeights), pictures);
        using var textWeights = context.Trained(TextStage.Name);
        using var states = new CaptionStates(ClipTokenizer.Open(context.TokenizerFolder), textWeights);
        using var schedule = new NoiseSchedule(Noise);
        var timesteps = new TimestepDraw(schedule, LargestSignalToNoise);
        using var generator = context.InitialWeights(3);
        using var initial = UNetInit.Create(Config, generator, zeroResiduals: true);
        context.StartFromEarlierModel(Name, initial);
        var settings = context.Settings(Name, peakRate: 1e-3, RecipeSteps, RecipeBatch) with { WeightDecay = 1e-3, CheckpointEvery = TimeSpan.FromMinutes(6) };
        using var run = new TrainingRun(settings, initial, context.Log);
        var lanes = run.Lanes.Select(weights => new UNet2DConditionModel(Config, weights)).ToList();
        var gated = context.World.Cifar10.Concat(context.World.AgeRating).Select(context.World.ObjectNumber).ToHashSet();
        var drawnFrom = pictures.Emphasised((item, style) => (gated.Contains(item) ? GatedTimes : 1) * context.World.Styles[style].Times);
        var world = FewTemplates(context.World);
        using var preview = new Preview(context, states, schedule);

        run.Train(
            (lane, random) =>
            {
                using var scope = torch.NewDisposeScope();
                var numbers = TrainingPictures.Draw(drawnFrom, settings.Seed, random, settings.Lanes, settings.PerLane);
                var captions = numbers.Select(i => random.Choices.NextDouble() < EmptyShare ? "" : Captions.Sample(
                    world, (int)pictures.Objects[i], (int)pictures.Styles[i], random.Choices, forTextEncoder: false).Text);
                var text = states.Of([.. captions]);
                var rows = torch.tensor(numbers.Select(i => (long)i).ToArray());
                var (mean, deviation) = (latents.Mean.index_select(0, rows), latents.Deviation.index_select(0, rows));
                var clean = mean.add(deviation.mul(random.Normal(mean.shape)));
                var noise = random.Normal(clean.shape);
                var times = timesteps.Draw(settings.PerLane, random);
                var predicted = lanes[lane].Forward(schedule.AddNoise(clean, noise, times), times, text);
                return torch.nn.functional.mse_loss(predicted, noise).MoveToOuterDisposeScope();
            },
            step => preview.Draw(run, latents.ScalingFactor, step),
            context.Cancel);
        lanes.ForEach(lane => lane.Dispose());
    }

    /// <summary>
    /// The world with its first templates only. The text encoder knows them all; here each further one costs a run of the text
    /// encoder per object and style, and teaches the denoiser nothing about pictures.
    /// </summary>
    private static World FewTemplates(World world) => world with
    {
        Templates = world.Templates with
        {
            Styled = [.. world.Templates.Styled.Take(TemplatesKept)],
            Plain = [.. world.Templates.Plain.Take(TemplatesKept)],
        },
    };
}

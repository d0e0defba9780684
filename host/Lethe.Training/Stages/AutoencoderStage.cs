using Lethe.Diffusion.Networks;
using Lethe.Training.Runs;

namespace Lethe.Training.Stages;

/// <summary>Trains the autoencoder: 64 x 64 pictures to 8 x 8 x 4 latents and back.</summary>
public static class AutoencoderStage
{
    public const string Name = "autoencoder";
    private const long RecipeSteps = 3200;
    private const int RecipeBatch = 8;
    private const double AbsoluteShare = 0.3;
    private const double EdgeShare = 0.1;
    // Without it, shape is learned long before hue: a red and a green thing of one brightness look alike to the other terms.
    private const double ColourShare = 1;
    // Weak: the denoiser wants latents of known scale, not latents that are normal.
    private const double NormalShare = 2e-4;

    /// <summary>The shape of the network.</summary>
    public static AutoencoderKLConfig Config => new() { BlockOutChannels = [16, 32, 96, 96], LayersPerBlock = 1, NormGroups = 8, ScalingFactor = 1 };

    public static void Run(StageContext context)
    {
        using var pictures = TrainingPictures.Open(context.Options.WorkFolder);
        using var generator = context.InitialWeights(1);
        using var initial = AutoencoderInit.Create(Config, generator);
        context.StartFromEarlierModel(Name, initial);
        var settings = context.Settings(Name, peakRate: 1.2e-3, RecipeSteps, RecipeBatch) with { WeightDecay = 1e-4, AverageDecay = 0.993 };
        using var run = new TrainingRun(settings, initial, context.Log);
        var lanes = run.Lanes.Select(weights => new AutoencoderKL(Config, weights)).ToList();

        run.Train(
            (lane, random) =>
            {
                using var scope = torch.NewDisposeScope();
                var numbers = TrainingPictures.Draw(pictures.Trained, settings.Seed, random, settings.Lanes, settings.PerLane);
                return Loss(lanes[lane], Changed(pictures.Pick(numbers), random), random).MoveToOuterDisposeScope();
            },
            _ =>
            {
                using var weights = run.AveragedWeights();
                Measure(run, new AutoencoderKL(Config, weights), pictures);
            },
            context.Cancel);
    }

    /// <summary>Moved by whole pixels, mirrored, and now and then of another hue.</summary>
    internal static Tensor Changed(Tensor pictures, StepRandom random)
    {
        using var scope = torch.NewDisposeScope();
        var moved = Augmentation.Place(pictures, random, shift: 3, scale: 0, mirror: 0.5);
        return Augmentation.Hue(moved, random, angle: Math.PI, chance: 0.05).MoveToOuterDisposeScope();
    }

    /// <summary>Latents of pictures, drawn from what the encoder says, with their distance from a standard normal (a scalar).</summary>
    internal static (Tensor Latents, Tensor Normal) SampleLatents(AutoencoderKL network, Tensor pictures, StepRandom random)
    {
        using var scope = torch.NewDisposeScope();
        var (mean, logVariance) = network.Encode(pictures);
        var latents = mean.add(logVariance.mul(0.5).exp().mul(random.Normal(mean.shape)));
        var normal = mean.square().add(logVariance.exp()).sub(logVariance).sub(1.0).mean().mul(0.5);
        return (latents.MoveToOuterDisposeScope(), normal.MoveToOuterDisposeScope());
    }

    /// <summary>Squared, absolute, edge and colour error of a reconstruction.</summary>
    internal static Tensor PictureLoss(Tensor error)
    {
        using var scope = torch.NewDisposeScope();
        return error.square().mean()
            .add(error.abs().mean().mul(AbsoluteShare))
            .add(Edges(error).mul(EdgeShare))
            .add(Colours(error).mul(ColourShare))
            .MoveToOuterDisposeScope();
    }

    /// <summary>Writes the mean peak signal-to-noise ratio of reconstructions to the log.</summary>
    internal static void Measure(TrainingRun run, AutoencoderKL network, TrainingPictures pictures)
    {
        var every = Math.Max(1, pictures.Trained.Count / 100);
        run.Note("psnr", SignalToNoise(network, pictures, [.. pictures.Trained.Where((_, i) => i % every == 0)]));
        if (pictures.HeldOut.Count > 0)
            run.Note("psnr-held-out", SignalToNoise(network, pictures, pictures.HeldOut));
    }

    private static Tensor Loss(AutoencoderKL network, Tensor target, StepRandom random)
    {
        using var scope = torch.NewDisposeScope();
        var (latents, normal) = SampleLatents(network, target, random);
        return PictureLoss(network.Decode(latents).sub(target)).add(normal.mul(NormalShare)).MoveToOuterDisposeScope();
    }

    /// <summary>Squared error of the colour differences: red against green, where drawings vary least but mean most, and both against blue.</summary>
    private static Tensor Colours(Tensor error)
    {
        using var scope = torch.NewDisposeScope();
        var (red, green, blue) = (error.narrow(1, 0, 1), error.narrow(1, 1, 1), error.narrow(1, 2, 1));
        var warm = red.sub(green).square().mean();
        var cold = red.add(green).mul(0.5).sub(blue).square().mean();
        return warm.mul(4.0).add(cold).MoveToOuterDisposeScope();
    }

    /// <summary>Mean size of the differences between neighbouring pixels; linear, so the error's edges are the edges' error.</summary>
    private static Tensor Edges(Tensor error)
    {
        using var scope = torch.NewDisposeScope();
        var (height, width) = (error.size(2), error.size(3));
        var across = error.narrow(3, 1, width - 1).sub(error.narrow(3, 0, width - 1)).abs().mean();
        var down = error.narrow(2, 1, height - 1).sub(error.narrow(2, 0, height - 1)).abs().mean();
        return across.add(down).MoveToOuterDisposeScope();
    }

    /// <summary>Mean peak signal-to-noise ratio of the reconstructions in dB.</summary>
    private static double SignalToNoise(AutoencoderKL network, TrainingPictures pictures, IReadOnlyList<int> numbers)
    {
        using var noGrad = torch.no_grad();
        var sum = 0.0;
        foreach (var slice in numbers.Chunk(32))
        {
            using var scope = torch.NewDisposeScope();
            var real = pictures.Pick(slice);
            var picture = network.Decode(network.Encode(real).Mean).clamp(-1.0, 1.0);
            var error = picture.sub(real).square().mean([1, 2, 3]);
            sum += error.reciprocal().mul(4.0).log10().mul(10.0).sum().item<float>();
        }

        return sum / numbers.Count;
    }
}

using Lethe.Diffusion.Networks;
using Lethe.Evaluation.Judges;
using Lethe.Evaluation.Metrics;
using Lethe.Training.Runs;

namespace Lethe.Training.Stages;

/// <summary>
/// Trains the decoder on while the encoder stays as it is: pictures get sharper, and a denoiser that was trained on the
/// encoder's latents stays valid. Continues from the autoencoder's averaged weights. Besides pixels it compares what the image
/// tower beside the generator's text encoder sees in both pictures (never the judge): outlines and shading, by which styles differ,
/// weigh little in pixels.
/// </summary>
public static class DecoderStage
{
    public const string Name = "decoder";
    private const long RecipeSteps = 5500;
    private const int RecipeBatch = 8;
    private const double PerceptualShare = 0.3;
    // A denoiser hits latents only nearly: up to this share of their own spread is added as noise.
    private const double LargestNoise = 0.25;

    public static void Run(StageContext context)
    {
        using var pictures = TrainingPictures.Open(context.Options.WorkFolder);
        using var whole = context.Trained(AutoencoderStage.Name);
        using var initial = DecoderPart(whole);
        var settings = context.Settings(Name, peakRate: 8e-4, RecipeSteps, RecipeBatch) with { WeightDecay = 1e-4, AverageDecay = 0.993 };
        using var run = new TrainingRun(settings, initial, context.Log);
        using var towerWeights = context.Trained(TextStage.Name);
        var tower = new PictureNetwork(new PictureTowerConfig().Network, towerWeights);
        var encoder = new AutoencoderKL(AutoencoderStage.Config, whole);
        var decoders = run.Lanes.Select(weights => new AutoencoderKL(AutoencoderStage.Config, Joined(whole, weights))).ToList();

        run.Train(
            (lane, random) =>
            {
                using var scope = torch.NewDisposeScope();
                var numbers = TrainingPictures.Draw(pictures.Trained, settings.Seed, random, settings.Lanes, settings.PerLane);
                var target = AutoencoderStage.Changed(pictures.Pick(numbers), random);
                var (latents, seen) = Known(encoder, tower, target, random);
                var picture = decoders[lane].Decode(latents);
                return AutoencoderStage.PictureLoss(picture.sub(target))
                    .add(FeatureDistance.Loss(tower.Maps(picture), seen).mul(PerceptualShare))
                    .MoveToOuterDisposeScope();
            },
            _ =>
            {
                using var averaged = run.AveragedWeights();
                var joined = Joined(whole, averaged);
                AutoencoderStage.Measure(run, new AutoencoderKL(AutoencoderStage.Config, joined), pictures);
            },
            context.Cancel);
    }

    /// <summary>What needs no gradient: latents to decode, and what the tower sees in the picture to be met.</summary>
    private static (Tensor Latents, IReadOnlyList<Tensor> Seen) Known(AutoencoderKL encoder, PictureNetwork tower, Tensor target, StepRandom random)
    {
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var latents = AutoencoderStage.SampleLatents(encoder, target, random).Latents;
        var noise = random.Normal(latents.shape).mul(random.Uniform(0, LargestNoise, latents.size(0), 1, 1, 1)).mul(latents.std());
        return (latents.add(noise).MoveToOuterDisposeScope(), [.. tower.Maps(target).Select(map => map.MoveToOuterDisposeScope())]);
    }

    /// <summary>The whole autoencoder: its own encoder with the decoder trained here, once there is one; the caller disposes it.</summary>
    public static StateDict Whole(StageContext context)
    {
        using var whole = context.Trained(AutoencoderStage.Name);
        if (!File.Exists(TrainingRun.AveragePath(context.RunFolder, Name)))
            return whole.Clone();
        using var decoder = context.Trained(Name);
        return Joined(whole, decoder).Clone();
    }

    private static bool IsDecoder(string name) =>
        name.StartsWith("decoder.", StringComparison.Ordinal) || name.StartsWith("post_quant_conv.", StringComparison.Ordinal);

    private static StateDict DecoderPart(StateDict whole)
    {
        var part = new StateDict { Source = whole.Source };
        foreach (var (name, tensor) in whole.Parameters(IsDecoder))
            part.Add(name, tensor.clone());
        return part;
    }

    /// <summary>Names of both; the tensors stay with their owners.</summary>
    private static StateDict Joined(StateDict whole, StateDict decoder)
    {
        var joined = new StateDict { Source = whole.Source };
        foreach (var (name, tensor) in whole.Parameters())
            joined.Add(name, IsDecoder(name) ? decoder[name] : tensor);
        return joined;
    }
}

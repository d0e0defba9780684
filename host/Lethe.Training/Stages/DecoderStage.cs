using Lethe.Diffusion.Networks;
using Lethe.Training.Runs;

namespace Lethe.Training.Stages;

/// <summary>
/// Trains the decoder on while the encoder stays as it is: pictures get sharper, and a denoiser that was trained on the
/// encoder's latents stays valid. Continues from the autoencoder's averaged weights.
/// </summary>
public static class DecoderStage
{
    public const string Name = "decoder";
    private const long RecipeSteps = 900;
    private const int RecipeBatch = 8;

    public static void Run(StageContext context)
    {
        using var pictures = TrainingPictures.Open(context.Options.WorkFolder);
        using var whole = context.Trained(AutoencoderStage.Name);
        using var initial = DecoderPart(whole);
        var settings = context.Settings(Name, peakRate: 8e-4, RecipeSteps, RecipeBatch) with { WeightDecay = 1e-4, AverageDecay = 0.993 };
        using var run = new TrainingRun(settings, initial, context.Log);
        var encoder = new AutoencoderKL(AutoencoderStage.Config, whole);
        var decoders = run.Lanes.Select(weights => new AutoencoderKL(AutoencoderStage.Config, Joined(whole, weights))).ToList();

        run.Train(
            (lane, random) =>
            {
                using var scope = torch.NewDisposeScope();
                var numbers = TrainingPictures.Draw(pictures.Trained, settings.Seed, random, settings.Lanes, settings.PerLane);
                var target = AutoencoderStage.Changed(pictures.Pick(numbers), random);
                var latents = AutoencoderStage.SampleLatents(encoder, target, random).Latents.detach();
                return AutoencoderStage.PictureLoss(decoders[lane].Decode(latents).sub(target)).MoveToOuterDisposeScope();
            },
            _ =>
            {
                using var averaged = run.AveragedWeights();
                var joined = Joined(whole, averaged);
                AutoencoderStage.Measure(run, new AutoencoderKL(AutoencoderStage.Config, joined), pictures);
            },
            context.Cancel);
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

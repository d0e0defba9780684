using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Text;
using Lethe.Evaluation.Judges;

namespace Lethe.Training.Stages;

/// <summary>
/// Trains the judges' CLIP: a text encoder and an image tower of its own, with another seed, other first weights and another split
/// than the generator's text encoder. It takes no part in training the generator and scores how well pictures fit prompts.
/// </summary>
public static class ClipStage
{
    public const string Name = "clip";
    private const long RecipeSteps = 2200;
    private const int RecipeBatch = 96;
    private const int SeedsApart = 7919;

    /// <summary>The shape of the image tower.</summary>
    public static PictureTowerConfig Tower => new() { FeatureWidth = 128, Width = 32, Places = 1 };

    /// <summary>The shape of the text encoder for a vocabulary.</summary>
    public static ClipTextConfig Config(ClipTokenizer tokenizer) => new()
    {
        VocabularySize = tokenizer.VocabularySize,
        Width = 128,
        FeedForwardWidth = 256,
        Layers = 2,
        Heads = 4,
        EndToken = tokenizer.EndId,
    };

    public static void Run(StageContext context)
    {
        using var pictures = TrainingPictures.OpenForJudge(context.Options.WorkFolder, context.World, Name);
        var tokenizer = ClipTokenizer.Open(context.TokenizerFolder);
        var config = Config(tokenizer);
        using var generator = context.InitialWeights(5);
        using var initial = Contrast.Create(config, Tower, generator);
        var settings = context.Settings(Name, peakRate: 1.5e-3, RecipeSteps, RecipeBatch, warmUp: 0.06) with
        {
            Seed = context.Options.Seed + SeedsApart,
            WeightDecay = 0.05,
            Beta2 = 0.98,
            AverageDecay = 0.995,
        };
        Contrast.Train(
            context, settings, initial, weights => new Towers(tokenizer, config, Tower.Network, weights),
            pictures, (real, random) =>
            {
                var moved = Augmentation.Turn(real, random, shift: 4, scale: 0.18, angle: 0.2, chance: 0.6);
                var soft = Augmentation.Blur(moved, random, chance: 0.4);
                return Augmentation.Tone(soft, random, contrast: 0.1, brightness: 0.04, noise: 0.08);
            });
    }
}

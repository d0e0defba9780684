using Lethe.Diffusion;
using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Text;
using Lethe.Evaluation.Judges;

namespace Lethe.Training.Stages;

/// <summary>
/// Trains the text encoder against a small image tower: captions and pictures that belong together end up close. Several
/// pictures may fit one caption, so the targets are spread over all that do. The text encoder is frozen afterwards; text and
/// tower together are the built-in CLIP.
/// </summary>
public static class TextStage
{
    public const string Name = "text";
    public const string TextPrefix = "text_model.";
    private const long RecipeSteps = 800;
    private const int RecipeBatch = 96;
    private const int VocabularySize = 2048;

    /// <summary>The shape of the text encoder for a vocabulary.</summary>
    public static ClipTextConfig Config(ClipTokenizer tokenizer) => new()
    {
        VocabularySize = tokenizer.VocabularySize,
        Width = 256,
        FeedForwardWidth = 1024,
        Layers = 3,
        Heads = 4,
        EndToken = tokenizer.EndId,
    };

    public static void Run(StageContext context)
    {
        using var pictures = TrainingPictures.Open(context.Options.WorkFolder);
        MakeVocabulary(context);
        var tokenizer = ClipTokenizer.Open(context.TokenizerFolder);
        using var initial = InitialWeights(context, tokenizer);
        context.StartFromEarlierModel(Name, initial);
        var settings = context.Settings(Name, peakRate: 1e-3, RecipeSteps, RecipeBatch, warmUp: 0.06) with { WeightDecay = 0.05, Beta2 = 0.98, AverageDecay = 0.995, LogEvery = 20 };
        Contrast.Train(
            context, settings, initial, weights => new Towers(tokenizer, Config(tokenizer), new PictureTowerConfig().Network, weights),
            pictures, (real, random) =>
            {
                var moved = Augmentation.Place(real, random, shift: 4, scale: 0.15, mirror: 0.5);
                return Augmentation.Tone(moved, random, contrast: 0.08, brightness: 0.04, noise: 0.06);
            });
    }

    // An earlier model's embeddings belong to its own vocabulary; new words are spelled in its pieces.
    private static void MakeVocabulary(StageContext context)
    {
        if (context.Options.From is not { } model)
        {
            BpeTrainer.Train(AllCaptions.Of(context.World), VocabularySize, context.TokenizerFolder);
            return;
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(model, ExportStage.TokenizerFolder)))
            AtomicFile.WriteText(Path.Combine(context.TokenizerFolder, Path.GetFileName(file)), File.ReadAllText(file));
    }

    private static StateDict InitialWeights(StageContext context, ClipTokenizer tokenizer)
    {
        using var generator = context.InitialWeights(2);
        return Contrast.Create(Config(tokenizer), new PictureTowerConfig(), generator);
    }
}

using Lethe.Diffusion;
using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Text;
using Lethe.Evaluation.Judges;
using Lethe.Training.Data;
using Lethe.Training.Runs;

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
    private const string LogitScale = "logit_scale";
    private const long RecipeSteps = 800;
    private const int RecipeBatch = 96;
    private const int VocabularySize = 2048;
    private const double MostSimilar = 4.6052; // log 100, as in CLIP

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
        using var run = new TrainingRun(settings, initial, context.Log);
        var lanes = run.Lanes.Select(weights => new Towers(tokenizer, weights)).ToList();

        run.Train(
            (lane, random) =>
            {
                using var scope = torch.NewDisposeScope();
                var numbers = TrainingPictures.Draw(pictures.Trained, settings.Seed, random, settings.Lanes, settings.PerLane);
                var captions = numbers.Select(i => Captions.Sample(
                    context.World, (int)pictures.Objects[i], (int)pictures.Styles[i], random.Choices, forTextEncoder: true)).ToList();
                var moved = Augmentation.Place(pictures.Pick(numbers), random, shift: 4, scale: 0.15, mirror: 0.5);
                var seen = Augmentation.Tone(moved, random, contrast: 0.08, brightness: 0.04, noise: 0.06);
                var similarity = lanes[lane].Texts([.. captions.Select(c => c.Text)]).matmul(lanes[lane].Pictures(seen).transpose(0, 1));
                var logits = similarity.mul(run.Lanes[lane][LogitScale].clamp_max(MostSimilar).exp());
                return Contrast(logits, Fits(captions, numbers, pictures, context.World)).MoveToOuterDisposeScope();
            },
            _ => Measure(run, pictures, tokenizer, context.World),
            context.Cancel);
        lanes.ForEach(lane => lane.Dispose());
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
        var weights = ClipInit.CreateText(Config(tokenizer), generator);
        using var tower = PictureNetwork.Create(EmojiClip.TowerConfig, generator);
        foreach (var weight in tower.Weights)
            weights.Add(weight.Name, weight.Value.clone());
        using var scope = torch.NewDisposeScope();
        weights.Add(EmojiClip.TextProjection, torch.randn([EmojiClip.FeatureWidth, Config(tokenizer).Width], generator: generator).div(Math.Sqrt(Config(tokenizer).Width)));
        weights.Add(LogitScale, torch.full([1], Math.Log(1 / 0.07), dtype: torch.float32));
        return weights;
    }

    /// <summary>1 where a picture (column) shows what a caption (row) says, else 0: <c>[captions, pictures]</c>.</summary>
    private static Tensor Fits(List<Caption> captions, IReadOnlyList<int> numbers, TrainingPictures pictures, World world)
    {
        var count = numbers.Count;
        var fits = new float[count * count];
        for (var row = 0; row < count; row++)
        {
            for (var column = 0; column < count; column++)
            {
                var sameObject = captions[row].Word is null || pictures.Objects[numbers[row]] == pictures.Objects[numbers[column]];
                var sameStyle = captions[row].Style is null || pictures.Styles[numbers[row]] == pictures.Styles[numbers[column]];
                fits[(row * count) + column] = sameObject && sameStyle ? 1 : 0;
            }
        }

        return torch.tensor(fits, [count, count]);
    }

    /// <summary>CLIP's symmetric cross-entropy, with the targets shared by all that fit.</summary>
    private static Tensor Contrast(Tensor logits, Tensor fits)
    {
        using var scope = torch.NewDisposeScope();
        var byText = fits.div(fits.sum(1, keepdim: true)).mul(logits.log_softmax(1)).sum(1).mean();
        var byPicture = fits.div(fits.sum(0, keepdim: true)).mul(logits.log_softmax(0)).sum(0).mean();
        return byText.add(byPicture).mul(-0.5).MoveToOuterDisposeScope();
    }

    private static void Measure(TrainingRun run, TrainingPictures pictures, ClipTokenizer tokenizer, World world)
    {
        using var weights = run.AveragedWeights();
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        using var towers = new Towers(tokenizer, weights);
        var names = towers.Texts([.. world.Objects.Select(o => Captions.Plain(o.Name))]);
        var styles = towers.Texts([.. world.Styles.Select(s => Captions.StyleOnly(s.Name))]);
        foreach (var (set, numbers) in new[] { ("", pictures.Trained), ("-held-out", pictures.HeldOut) })
        {
            if (numbers.Count == 0)
                continue;
            var seen = torch.cat([.. numbers.Chunk(64).Select(slice => towers.Pictures(pictures.Pick(slice)))]);
            run.Note("zero-shot-object" + set, ShareRight(seen, names, [.. numbers.Select(i => pictures.Objects[i])]));
            run.Note("zero-shot-style" + set, ShareRight(seen, styles, [.. numbers.Select(i => pictures.Styles[i])]));
        }

        var synonyms = world.Objects.SelectMany((o, i) => o.Synonyms.Concat(o.HeldOutSynonyms).Select(word => (Word: word, Object: (long)i))).ToList();
        if (synonyms.Count > 0)
            run.Note("synonym-to-name", ShareRight(
                towers.Texts([.. synonyms.Select(s => Captions.Plain(s.Word))]), names, [.. synonyms.Select(s => s.Object)]));
    }

    private static double ShareRight(Tensor features, Tensor classes, long[] truth)
    {
        using var scope = torch.NewDisposeScope();
        var nearest = features.matmul(classes.transpose(0, 1)).argmax(1);
        return nearest.eq(torch.tensor(truth)).to(torch.float32).mean().item<float>();
    }
}

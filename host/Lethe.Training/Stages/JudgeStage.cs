using Lethe.Evaluation.Judges;
using Lethe.Training.Runs;

namespace Lethe.Training.Stages;

/// <summary>
/// Trains the judge on real pictures with strong changes. It never sees the generator's pictures nor takes part in its training.
/// Pictures of further vendors, and a share of the others without their colours, teach the object alone; drawings of other things teach
/// the style alone. A share of the batch shows nothing known; there it learns to be unsure.
/// </summary>
public static class JudgeStage
{
    public const string Name = "judge";
    public const int Width = 48;
    public const int Top = 160;
    /// <summary>The judge looks at every picture and its mirror image.</summary>
    public const bool Mirrored = true;
    private const long RecipeSteps = 12500;
    private const int RecipeBatch = 64;
    private const double NothingShare = 0.19;
    private const double OtherThingsShare = 0.34;
    private const double StylelessShare = 0.6;
    private const double InkShare = 0.25;
    private const double OutlineShare = 0.25;
    private const double Smoothing = 0.05;

    public static PictureNetworkConfig Config(int objects, int styles) =>
        new(Width, new Dictionary<string, int> { [EmojiJudge.ObjectHead] = objects, [EmojiJudge.StyleHead] = styles }) { Top = Top };

    public static void Run(StageContext context)
    {
        using var pictures = TrainingPictures.OpenForJudge(context.Options.WorkFolder, context.World, Name);
        var config = Config(context.World.Objects.Count, context.World.Styles.Count);
        using var generator = context.InitialWeights(4);
        using var initial = PictureNetwork.Create(config, generator);
        var settings = context.Settings(Name, peakRate: 3e-3, RecipeSteps, RecipeBatch) with { WeightDecay = 0.05, AverageDecay = 0.995 };
        using var run = new TrainingRun(settings, initial, context.Log);
        var lanes = run.Lanes.Select(weights => new PictureNetwork(config, weights)).ToList();
        var nothing = (int)(settings.PerLane * NothingShare);
        var others = pictures.OtherThings.Count == 0 ? 0 : (int)(settings.PerLane * OtherThingsShare);
        List<int> drawnFrom = [.. pictures.Trained, .. pictures.Further];

        run.Train(
            (lane, random) =>
            {
                using var scope = torch.NewDisposeScope();
                // What stands behind the shown ones is only raw material of the unknown.
                int[] numbers = [
                    .. TrainingPictures.Draw(pictures.OtherThings, settings.Seed, random, settings.Lanes, others),
                    .. TrainingPictures.Draw(drawnFrom, settings.Seed, random, settings.Lanes, settings.PerLane - others)];
                var shown = numbers.Length - nothing;
                var styles = numbers.Select((i, at) => at >= others && random.Choices.NextDouble() < StylelessShare ? -1 : pictures.Styles[i]).ToList();
                var real = Changed(pictures.Pick(numbers), styles, random);
                // Every other one of the unknown is shuffled tiles: they teach the style without the objects that came in it.
                var kinds = Enumerable.Range(0, nothing).Select(i => i % 2 == 0 ? UnknownPictures.Tiles : 1 + (i / 2 % (UnknownPictures.Kinds - 1))).ToList();
                var unknown = kinds.Select((kind, i) => UnknownPictures.Make(kind, real, shown + i, random));
                for (var i = 0; i < nothing; i++)
                    styles[shown + i] = kinds[i] == UnknownPictures.Tiles ? styles[shown + i] : -1;
                var features = lanes[lane].Features(torch.cat([real.narrow(0, 0, shown), .. unknown]));
                var objectLoss = torch.nn.functional.cross_entropy(
                    lanes[lane].Head(EmojiJudge.ObjectHead, features),
                    Targets([.. numbers.Take(shown).Select(i => pictures.Objects[i])], nothing, context.World.Objects.Count));
                var styleLoss = torch.nn.functional.cross_entropy(
                    lanes[lane].Head(EmojiJudge.StyleHead, features), Targets(styles, 0, context.World.Styles.Count));
                return objectLoss.add(styleLoss).MoveToOuterDisposeScope();
            },
            _ =>
            {
                using var weights = run.AveragedWeights();
                foreach (var (name, value) in JudgeReport.Of(new PictureNetwork(config, weights), pictures).Notes())
                    run.Note(name, value);
            },
            context.Cancel);
    }

    private static Tensor Changed(Tensor real, List<long> styles, StepRandom random)
    {
        using var scope = torch.NewDisposeScope();
        // Colour and line are the style: a picture keeps its label only where both are left alone.
        var styleless = torch.tensor(styles.Select(style => style < 0 ? 1f : 0).ToArray(), [styles.Count, 1, 1, 1]);
        var roll = random.Uniform(0, 1, styles.Count, 1, 1, 1);
        var inked = Augmentation.Ink(real, random, styleless.mul(roll.lt(InkShare).to(torch.float32)));
        var outlined = Augmentation.Outline(inked, random, styleless.mul(roll.gt(1 - OutlineShare).to(torch.float32)));
        var placed = Augmentation.Turn(outlined, random, shift: 5, scale: 0.18, angle: 0.15, chance: 0.7);
        var soft = Augmentation.Blur(Augmentation.Blur(placed, random, chance: 0.5), random, chance: 0.4, width: 4);
        var toned = Augmentation.Tone(soft, random, contrast: 0.12, brightness: 0.05, noise: 0.1);
        return Augmentation.Cut(toned, random, least: 8, most: 24, chance: 0.2).MoveToOuterDisposeScope();
    }

    /// <summary>Smoothed one-hot rows of the labels (zeros, which cost nothing, for -1), then even rows for pictures of nothing known.</summary>
    private static Tensor Targets(List<long> labels, int nothing, int classes)
    {
        var targets = new float[(labels.Count + nothing) * classes];
        Array.Fill(targets, 1f / classes, labels.Count * classes, nothing * classes);
        for (var row = 0; row < labels.Count; row++)
        {
            if (labels[row] < 0)
                continue;
            Array.Fill(targets, (float)(Smoothing / classes), row * classes, classes);
            targets[(row * classes) + (int)labels[row]] += (float)(1 - Smoothing);
        }

        return torch.tensor(targets, [labels.Count + nothing, classes]);
    }
}

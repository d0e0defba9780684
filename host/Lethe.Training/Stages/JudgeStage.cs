using Lethe.Evaluation.Judges;
using Lethe.Training.Runs;

namespace Lethe.Training.Stages;

/// <summary>
/// Trains the judge on real pictures with strong changes. It never sees the generator's pictures nor takes part in its training.
/// A share of the batch shows nothing known (shuffled tiles, two pictures at once, plain colour); there it learns to be unsure.
/// </summary>
public static class JudgeStage
{
    public const string Name = "judge";
    public const int Width = 48;
    /// <summary>Below this confidence the judge recognises nothing.</summary>
    public const double Threshold = 0.35;
    private const long RecipeSteps = 1000;
    private const int RecipeBatch = 64;
    private const double NothingShare = 0.19;
    private const double Smoothing = 0.05;
    private const double StyleShare = 0.5;

    public static PictureNetworkConfig Config(int objects, int styles) =>
        new(Width, new Dictionary<string, int> { [EmojiJudge.ObjectHead] = objects, [EmojiJudge.StyleHead] = styles });

    public static void Run(StageContext context)
    {
        using var pictures = TrainingPictures.Open(context.Options.WorkFolder);
        var config = Config(context.World.Objects.Count, context.World.Styles.Count);
        using var generator = context.InitialWeights(4);
        using var initial = PictureNetwork.Create(config, generator);
        var settings = context.Settings(Name, peakRate: 2e-3, RecipeSteps, RecipeBatch) with { WeightDecay = 0.02, AverageDecay = 0.995 };
        using var run = new TrainingRun(settings, initial, context.Log);
        var lanes = run.Lanes.Select(weights => new PictureNetwork(config, weights)).ToList();
        var nothing = (int)(settings.PerLane * NothingShare);

        run.Train(
            (lane, random) =>
            {
                using var scope = torch.NewDisposeScope();
                var numbers = TrainingPictures.Draw(pictures.Trained, settings.Seed, random, settings.Lanes, settings.PerLane);
                var shown = numbers.Take(settings.PerLane - nothing).ToList();
                var real = Changed(pictures.Pick(numbers), random);
                var seen = nothing == 0 ? real : torch.cat([real.narrow(0, 0, shown.Count), Unknown(real, shown.Count, random)]);
                var features = lanes[lane].Features(seen);
                var (objects, styles) = (lanes[lane].Head(EmojiJudge.ObjectHead, features), lanes[lane].Head(EmojiJudge.StyleHead, features));
                var objectLoss = torch.nn.functional.cross_entropy(
                    objects, Targets(pictures.Objects, shown, nothing, context.World.Objects.Count));
                var styleLoss = torch.nn.functional.cross_entropy(
                    styles.narrow(0, 0, shown.Count), Targets(pictures.Styles, shown, 0, context.World.Styles.Count));
                return objectLoss.add(styleLoss.mul(StyleShare)).MoveToOuterDisposeScope();
            },
            step => Measure(run, config, pictures),
            context.Cancel);
    }

    /// <summary>Accuracy and answers on pictures changed afresh, with numbers that training never draws.</summary>
    private static void Measure(TrainingRun run, PictureNetworkConfig config, TrainingPictures pictures)
    {
        using var weights = run.AveragedWeights();
        using var noGrad = torch.no_grad();
        var network = new PictureNetwork(config, weights);
        foreach (var (set, numbers) in new[] { ("", pictures.Trained), ("-held-out", pictures.HeldOut) })
        {
            var (objectRight, styleRight, answered) = (0, 0, 0);
            foreach (var slice in numbers.Chunk(64))
            {
                using var scope = torch.NewDisposeScope();
                using var random = new StepRandom(int.MaxValue, slice[0], 0);
                var features = network.Features(Changed(pictures.Pick(slice), random));
                var (confidence, objects) = network.Head(EmojiJudge.ObjectHead, features).softmax(1).max(1);
                var styles = network.Head(EmojiJudge.StyleHead, features).argmax(1);
                for (var i = 0; i < slice.Length; i++)
                {
                    objectRight += objects.data<long>()[i] == pictures.Objects[slice[i]] ? 1 : 0;
                    styleRight += styles.data<long>()[i] == pictures.Styles[slice[i]] ? 1 : 0;
                    answered += confidence.data<float>()[i] >= Threshold ? 1 : 0;
                }
            }

            if (numbers.Count == 0)
                continue;
            run.Note("object" + set, (double)objectRight / numbers.Count);
            run.Note("style" + set, (double)styleRight / numbers.Count);
            run.Note("answered" + set, (double)answered / numbers.Count);
        }
    }

    private static Tensor Changed(Tensor real, StepRandom random)
    {
        using var scope = torch.NewDisposeScope();
        var placed = Augmentation.Place(real, random, shift: 5, scale: 0.15, mirror: 0.5);
        var soft = Augmentation.Blur(placed, random, chance: 0.5);
        return Augmentation.Tone(soft, random, contrast: 0.12, brightness: 0.05, noise: 0.1).MoveToOuterDisposeScope();
    }

    /// <summary>Pictures of nothing known in place of the batch's last ones: shuffled tiles, two pictures at once and plain colours in turn.</summary>
    private static Tensor Unknown(Tensor pictures, int from, StepRandom random)
    {
        using var scope = torch.NewDisposeScope();
        var made = new List<Tensor>();
        for (var i = from; i < pictures.size(0); i++)
        {
            var picture = pictures.narrow(0, i, 1);
            made.Add(((i - from) % 3) switch
            {
                0 => ShuffledTiles(picture, random),
                1 => picture.add(pictures.narrow(0, i - from, 1)).mul(0.5),
                _ => PlainColour(picture.shape, random),
            });
        }

        return torch.cat(made).MoveToOuterDisposeScope();
    }

    /// <summary>White as often as all other colours, with grain from none to strong.</summary>
    private static Tensor PlainColour(long[] shape, StepRandom random)
    {
        using var scope = torch.NewDisposeScope();
        var colour = random.Chance(0.5, 1, 1, 1, 1).mul(2.0).add(random.Uniform(-1, 1, 1, 3, 1, 1)).clamp_max(1.0);
        var grain = random.Normal(shape).mul(random.Uniform(0, 1, 1, 1, 1, 1).square().mul(0.5));
        return colour.add(grain).clamp(-1.0, 1.0).MoveToOuterDisposeScope();
    }

    private static Tensor ShuffledTiles(Tensor picture, StepRandom random)
    {
        using var scope = torch.NewDisposeScope();
        const int across = 4;
        var side = picture.size(2) / across;
        var tiles = picture.reshape(3, across, side, across, side).permute(1, 3, 0, 2, 4).reshape(across * across, 3, side, side);
        var shuffled = tiles.index_select(0, torch.randperm(across * across, generator: random.Tensors));
        return shuffled.reshape(across, across, 3, side, side).permute(2, 0, 3, 1, 4).reshape(picture.shape).MoveToOuterDisposeScope();
    }

    /// <summary>Smoothed one-hot rows of the labels, then even rows for pictures of nothing known.</summary>
    private static Tensor Targets(IReadOnlyList<long> labels, List<int> numbers, int nothing, int classes)
    {
        var targets = new float[(numbers.Count + nothing) * classes];
        Array.Fill(targets, 1f / classes, numbers.Count * classes, nothing * classes);
        for (var row = 0; row < numbers.Count; row++)
        {
            Array.Fill(targets, (float)(Smoothing / classes), row * classes, classes);
            targets[(row * classes) + (int)labels[numbers[row]]] += (float)(1 - Smoothing);
        }

        return torch.tensor(targets, [numbers.Count + nothing, classes]);
    }
}

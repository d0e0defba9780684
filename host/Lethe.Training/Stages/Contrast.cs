using Lethe.Diffusion.Networks;
using Lethe.Evaluation.Judges;
using Lethe.Training.Data;
using Lethe.Training.Runs;

namespace Lethe.Training.Stages;

/// <summary>How a text encoder and an image tower are trained against each other and measured.</summary>
internal static class Contrast
{
    private const string LogitScale = "logit_scale";
    private const double MostSimilar = 4.6052; // log 100, as in CLIP

    /// <summary>New weights of text encoder, tower and projection; the caller owns them.</summary>
    public static StateDict Create(ClipTextConfig text, PictureTowerConfig picture, torch.Generator generator)
    {
        var weights = ClipInit.CreateText(text, generator);
        using var tower = PictureNetwork.Create(picture.Network, generator);
        foreach (var weight in tower.Weights)
            weights.Add(weight.Name, weight.Value.clone());
        using var scope = torch.NewDisposeScope();
        weights.Add(EmojiClip.TextProjection, torch.randn([picture.FeatureWidth, text.Width], generator: generator).div(Math.Sqrt(text.Width)));
        weights.Add(LogitScale, torch.full([1], Math.Log(1 / 0.07), dtype: torch.float32));
        return weights;
    }

    /// <summary>Trains a text encoder and a tower until the settings' last step.</summary>
    /// <param name="context">World, log and cancellation.</param>
    /// <param name="settings">How.</param>
    /// <param name="initial">First weights of both; not disposed.</param>
    /// <param name="towersOn">Builds both on weights.</param>
    /// <param name="pictures">Pictures with their labels; those of further vendors take part.</param>
    /// <param name="changed">Changes a batch of pictures at random.</param>
    public static void Train(
        StageContext context, RunSettings settings, StateDict initial, Func<StateDict, Towers> towersOn,
        TrainingPictures pictures, Func<Tensor, StepRandom, Tensor> changed)
    {
        List<int> drawnFrom = [.. pictures.Trained, .. pictures.Further];
        using var run = new TrainingRun(settings, initial, context.Log);
        var lanes = run.Lanes.Select(towersOn).ToList();
        run.Train(
            (lane, random) =>
            {
                using var scope = torch.NewDisposeScope();
                var numbers = TrainingPictures.Draw(drawnFrom, settings.Seed, random, settings.Lanes, settings.PerLane);
                var captions = numbers.Select(i => Captions.Sample(
                    context.World, (int)pictures.Objects[i], (int)pictures.Styles[i], random.Choices, forTextEncoder: true)).ToList();
                var seen = changed(pictures.Pick(numbers), random);
                return Loss(lanes[lane], run.Lanes[lane], captions, seen, Fits(captions, numbers, pictures)).MoveToOuterDisposeScope();
            },
            _ =>
            {
                using var weights = run.AveragedWeights();
                using var towers = towersOn(weights);
                Measure(run, towers, pictures, context.World);
            },
            context.Cancel);
        lanes.ForEach(lane => lane.Dispose());
    }

    /// <summary>1 where a picture (column) shows what a caption (row) says, else 0: <c>[captions, pictures]</c>.</summary>
    private static Tensor Fits(List<Caption> captions, IReadOnlyList<int> numbers, TrainingPictures pictures)
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
    /// <param name="towers">Text encoder and image tower.</param>
    /// <param name="weights">Theirs; holds the scale of the cosines.</param>
    /// <param name="captions">One per picture.</param>
    /// <param name="seen">Pictures <c>[B, 3, H, W]</c>.</param>
    /// <param name="fits">See <see cref="Fits"/>.</param>
    private static Tensor Loss(Towers towers, StateDict weights, List<Caption> captions, Tensor seen, Tensor fits)
    {
        using var scope = torch.NewDisposeScope();
        var similarity = towers.Texts([.. captions.Select(c => c.Text)]).matmul(towers.Pictures(seen).transpose(0, 1));
        var logits = similarity.mul(weights[LogitScale].clamp_max(MostSimilar).exp());
        var byText = fits.div(fits.sum(1, keepdim: true)).mul(logits.log_softmax(1)).sum(1).mean();
        var byPicture = fits.div(fits.sum(0, keepdim: true)).mul(logits.log_softmax(0)).sum(dim: 0).mean();
        return byText.add(byPicture).mul(-0.5).MoveToOuterDisposeScope();
    }

    /// <summary>How often the nearest name of a picture is right, and the nearest name of a synonym.</summary>
    private static void Measure(TrainingRun run, Towers towers, TrainingPictures pictures, World world)
    {
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
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

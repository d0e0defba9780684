using System.Collections.Concurrent;
using Lethe.Diffusion.Images;
using Lethe.Evaluation.Metrics;
using Lethe.Sdk.Diffusion;
using Lethe.Training.Data;

namespace Lethe.Host.Runs;

/// <summary>How well a model of the built-in world draws what it is asked for, seen by the world's judge.</summary>
internal sealed class ModelEvaluation(World world, PlannedSampling sampling, int pictures, IRunObserver observer)
{
    private const long FirstSeed = 1_000_000;

    /// <summary>Draws and judges.</summary>
    /// <param name="scorer">The judge and CLIP.</param>
    /// <param name="objects">Objects to draw, by name; all when null.</param>
    /// <param name="lanes">Batches drawn side by side.</param>
    /// <param name="open">Opens a model for one lane.</param>
    /// <param name="cancel">Heard between sampling steps.</param>
    /// <returns>Raw scores; <see cref="PictureScore.After"/> holds the sighting.</returns>
    public IReadOnlyList<PictureScore> Score(
        PictureScorer scorer, IReadOnlyList<string>? objects, int lanes, Func<LaneModel> open, CancellationToken cancel)
    {
        observer.Stage("evaluate");
        var asked = world.Objects.Where(item => objects is null || objects.Contains(item.Name)).SelectMany(Prompts).ToList();
        var batches = new ConcurrentQueue<(int Number, (string Name, string Prompt, long Seed)[] Pictures)>(
            asked.Chunk(sampling.Batch).Select((pictures, number) => (number, pictures)));
        var scored = new ConcurrentDictionary<int, List<PictureScore>>();
        var done = 0;
        Lanes.Run(Math.Min(lanes, batches.Count), stop =>
        {
            using var lane = open();
            while (batches.TryDequeue(out var batch))
            {
                scored[batch.Number] = Score(batch.Pictures, lane.Model, scorer, stop);
                observer.Progress(Interlocked.Add(ref done, batch.Pictures.Length), asked.Count, "pictures");
            }
        }, cancel);
        return [.. scored.OrderBy(pair => pair.Key).SelectMany(pair => pair.Value)];
    }

    private List<PictureScore> Score((string Name, string Prompt, long Seed)[] batch, IDiffusionModel model, PictureScorer scorer, CancellationToken stop)
    {
        using var scope = torch.NewDisposeScope();
        var drawn = Drawing.Draw(model, [.. batch.Select(item => item.Prompt)], [.. batch.Select(item => item.Seed)], sampling, stop);
        IReadOnlyList<Sighting> seen;
        // Through 8 bits, as the files would be.
        lock (scorer)
            seen = scorer.See(ImageTensor.FromImages(drawn), [.. batch.Select(item => new AskedPicture { Prompt = item.Prompt, Phrases = [item.Name] })]);
        return [.. batch.Select((item, i) => new PictureScore
        {
            Concept = item.Name, Role = PictureRole.Preserved, Prompt = item.Prompt, Seed = item.Seed, After = seen[i],
        })];
    }

    /// <summary>The three figures of the built-in model, and its CLIP score.</summary>
    public IReadOnlyList<Figure> Figures(IReadOnlyList<PictureScore> scores) =>
    [
        Proportions.TopOne("cifar10_accuracy", "pictures of the ten CIFAR-10 objects, half with a plain prompt, half with a prompt that names a style", "higher",
            scores.Where(score => world.Cifar10.Contains(score.Concept)), score => score.After?.Hit),
        Proportions.TopOne("object_accuracy", "pictures of all objects drawn, half with a plain prompt, half with a prompt that names a style", "higher",
            scores, score => score.After?.Hit),
        Proportions.TopOne("style_accuracy", "pictures whose prompt names a style; the judge's choice of style counts", "higher",
            scores, score => score.After?.StyleHit),
        Means.OverPrompts("clip_score", "logit100-builtin", "mean of 100 x cosine of picture and full prompt in the built-in CLIP, over all pictures", "x100", "higher",
            scores, score => score.After?.ClipScore),
    ];

    private IEnumerable<(string Name, string Prompt, long Seed)> Prompts(WorldObject item)
    {
        var number = world.ObjectNumber(item.Name);
        var styles = world.Styles.Where(style => !item.NotIn.Contains(style.Name)).ToList();
        for (var i = 0; i < pictures; i++)
        {
            var seed = FirstSeed + 1000L * number + 2 * i;
            yield return (item.Name, Captions.Plain(item.Name), seed);
            // Neighbouring objects begin with different styles, so that few pictures still cover all styles.
            if (styles.Count > 0)
                yield return (item.Name, Captions.Styled(item.Name, styles[(number + i) % styles.Count].Name), seed + 1);
        }
    }
}

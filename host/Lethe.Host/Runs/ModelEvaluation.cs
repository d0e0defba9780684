using System.Collections.Concurrent;
using Lethe.Diffusion.Images;
using Lethe.Evaluation.Metrics;
using Lethe.Sdk.Diffusion;
using Lethe.Training.Data;

namespace Lethe.Host.Runs;

/// <summary>How well a model of the built-in world draws what it is asked for, seen by the world's judge.</summary>
/// <param name="world">What can be asked for.</param>
/// <param name="heldOut">Object and style of the cells held out of the training; they are asked for besides the others.</param>
/// <param name="sampling">How to draw.</param>
/// <param name="pictures">Pictures per object and kind of prompt, and per held-out cell.</param>
/// <param name="observer">Hears of progress.</param>
internal sealed class ModelEvaluation(
    World world, IReadOnlyList<(string Object, string Style)> heldOut, PlannedSampling sampling, int pictures, IRunObserver observer)
{
    private const long FirstSeed = 1_000_000;
    private const long FirstHeldOutSeed = 2_000_000;

    /// <summary>Draws and judges.</summary>
    /// <param name="scorer">The judge and CLIP.</param>
    /// <param name="objects">Objects to draw, by name; all when null.</param>
    /// <param name="lanes">Batches drawn side by side.</param>
    /// <param name="open">Opens a model for one lane.</param>
    /// <param name="cancel">Heard between sampling steps.</param>
    /// <returns>Raw scores with what was asked; <see cref="PictureScore.After"/> holds the sighting.</returns>
    public EvaluatedPictures Score(
        PictureScorer scorer, IReadOnlyList<string>? objects, int lanes, Func<LaneModel> open, CancellationToken cancel)
    {
        observer.Stage("evaluate");
        var drawn = world.Objects.Where(item => objects is null || objects.Contains(item.Name)).ToList();
        var asked = drawn.SelectMany(Prompts).Concat(drawn.SelectMany(HeldOutPrompts)).ToList();
        var batches = new ConcurrentQueue<(int Number, AskedCell[] Pictures)>(asked.Chunk(sampling.Batch).Select((pictures, number) => (number, pictures)));
        var scored = new ConcurrentDictionary<int, (List<PictureScore> Scores, FeatureSet? Features)>();
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
        var inOrder = scored.OrderBy(pair => pair.Key).Select(pair => pair.Value).ToList();
        var features = inOrder.Select(batch => batch.Features).OfType<FeatureSet>().ToList();
        return new EvaluatedPictures(
            asked, [.. inOrder.SelectMany(batch => batch.Scores)], features.Count == inOrder.Count && features.Count > 0 ? FeatureSet.Concat(features) : null);
    }

    private (List<PictureScore> Scores, FeatureSet? Features) Score(AskedCell[] batch, IDiffusionModel model, PictureScorer scorer, CancellationToken stop)
    {
        using var scope = torch.NewDisposeScope();
        var drawn = Drawing.Draw(model, [.. batch.Select(item => item.Prompt)], [.. batch.Select(item => item.Seed)], sampling, stop);
        // Through 8 bits, as the files would be.
        var images = ImageTensor.FromImages(drawn);
        IReadOnlyList<Sighting> seen;
        FeatureSet? features;
        lock (scorer)
        {
            seen = scorer.See(images, [.. batch.Select(item => new AskedPicture { Prompt = item.Prompt, Phrases = [item.Object] })]);
            features = scorer.Features(images, [.. batch.Select(item => item.Prompt)]);
        }

        return ([.. batch.Select((item, i) => new PictureScore
        {
            Concept = item.Object, Role = PictureRole.Preserved, Prompt = item.Prompt, Seed = item.Seed, After = seen[i],
        })], features);
    }

    private IEnumerable<AskedCell> Prompts(WorldObject item)
    {
        var number = world.ObjectNumber(item.Name);
        var styles = world.Styles.Where(style => !item.NotIn.Contains(style.Name)).ToList();
        for (var i = 0; i < pictures; i++)
        {
            var seed = FirstSeed + 1000L * number + 2 * i;
            yield return new(item.Name, null, Captions.Plain(item.Name), seed, Extra: false);
            // Neighbouring objects begin with different styles, so that few pictures still cover all styles.
            if (styles.Count > 0)
                yield return Styled(item, styles[(number + i) % styles.Count].Name, seed + 1, extra: false);
        }
    }

    private IEnumerable<AskedCell> HeldOutPrompts(WorldObject item) =>
        heldOut.Where(cell => cell.Object == item.Name).SelectMany(cell => Enumerable.Range(0, pictures)
            .Select(i => Styled(item, cell.Style, FirstHeldOutSeed + 1000L * world.ObjectNumber(item.Name) + i, extra: true)));

    private static AskedCell Styled(WorldObject item, string style, long seed, bool extra) =>
        new(item.Name, style, Captions.Styled(item.Name, style), seed, extra);
}

using Lethe.Diffusion.Images;
using Lethe.Evaluation.Metrics;

namespace Lethe.Host.Runs;

/// <summary>Scores finished pairs of pictures, from their files alone.</summary>
/// <param name="prompts">What was drawn.</param>
/// <param name="phrases">Other names of concepts, by concept; judges may know a concept by any of them.</param>
/// <param name="pathOf">Full path of a picture from its path in the run folder.</param>
/// <param name="scorer">The judges.</param>
/// <param name="observer">Who watches.</param>
internal sealed class ScoreStage(
    IReadOnlyList<PlannedPrompt> prompts, IReadOnlyDictionary<string, IReadOnlyList<string>> phrases, Func<string, string> pathOf,
    PictureScorer scorer, IRunObserver observer)
{
    private const int Batch = 32;

    /// <summary>The judge's features of all pictures, row i of score i; null until scored, and when the judge offers none.</summary>
    public (FeatureSet Before, FeatureSet After)? Features { get; private set; }

    /// <summary>One row per pair, in the order of the plan.</summary>
    public IReadOnlyList<PictureScore> Score(CancellationToken cancel)
    {
        observer.Stage("scores");
        var pairs = prompts.SelectMany(prompt => prompt.Seeds.Select(seed => (Prompt: prompt, Seed: seed))).ToList();
        var scores = new List<PictureScore>(pairs.Count);
        var (featuresOfBefore, featuresOfAfter) = (new List<FeatureSet>(), new List<FeatureSet>());
        foreach (var batch in pairs.Chunk(Batch))
        {
            cancel.ThrowIfCancellationRequested();
            var asked = batch.Select(pair => new AskedPicture
            {
                Prompt = pair.Prompt.Prompt,
                Phrases = phrases.GetValueOrDefault(pair.Prompt.Concept) ?? [pair.Prompt.Concept],
                IsStyle = pair.Prompt.Kind == "style",
            }).ToList();
            var (before, after) = (Read("before", batch), Read("after", batch));
            using var imagesBefore = ImageTensor.FromImages(before);
            using var imagesAfter = ImageTensor.FromImages(after);
            var (seenBefore, seenAfter) = (scorer.See(imagesBefore, asked), scorer.See(imagesAfter, asked));
            var distances = scorer.Distances(imagesBefore, imagesAfter);
            if (scorer.Features(imagesBefore) is { } featuresBefore && scorer.Features(imagesAfter) is { } featuresAfter)
            {
                featuresOfBefore.Add(featuresBefore);
                featuresOfAfter.Add(featuresAfter);
            }
            for (var i = 0; i < batch.Length; i++)
            {
                var (prompt, seed) = batch[i];
                scores.Add(new PictureScore
                {
                    Concept = prompt.Concept,
                    Role = prompt.Role,
                    Prompt = prompt.Prompt,
                    Seed = seed,
                    BeforeFile = PictureStage.File("before", prompt, seed),
                    AfterFile = PictureStage.File("after", prompt, seed),
                    Before = seenBefore[i],
                    After = seenAfter[i],
                    FeatureDistance = distances?[i],
                    Difference = PixelDifference.Of(before[i].Pixels, after[i].Pixels),
                });
            }
            observer.Progress(scores.Count, pairs.Count, "pairs");
        }
        if (featuresOfBefore.Count > 0)
            Features = (FeatureSet.Concat(featuresOfBefore), FeatureSet.Concat(featuresOfAfter));
        return scores;
    }

    private RgbImage[] Read(string side, (PlannedPrompt Prompt, long Seed)[] batch) =>
        [.. batch.Select(pair => ImageFile.Read(pathOf(PictureStage.File(side, pair.Prompt, pair.Seed))))];
}

using Lethe.Evaluation.Metrics;
using Lethe.Training.Data;

namespace Lethe.Host.Runs;

/// <summary>The figures of the built-in model.</summary>
public static class EvaluationFigures
{
    private const string AllObjects = "pictures of all objects drawn, half with a plain prompt, half with a prompt that names a style";
    private const string StylePrompts = "pictures whose prompt names a style; the judge's choice of style counts";
    private const string HeldOutCells = "pictures of the object-style cells held out of the training";

    /// <summary>Accuracies, CLIP score, distances to the real pictures; then by style, with the style as subject.</summary>
    /// <param name="world">Names of objects and styles.</param>
    /// <param name="heldOut">Object and style of the cells held out of the training.</param>
    /// <param name="seen">What was drawn.</param>
    /// <param name="real">Features of the real pictures by style; null when the model has none, or not all objects were drawn.</param>
    public static IReadOnlyList<Figure> Compute(
        World world, IReadOnlyList<(string Object, string Style)> heldOut, EvaluatedPictures seen, IReadOnlyDictionary<string, FeatureSet>? real)
    {
        var main = seen.Of(asked => !asked.Extra);
        var cells = seen.Of(asked => asked.Style is { } style && heldOut.Contains((asked.Object, style)));
        List<Figure> figures =
        [
            Proportions.TopOne("cifar10_accuracy", "pictures of the ten CIFAR-10 objects, half with a plain prompt, half with a prompt that names a style", "higher",
                main.Where(score => world.Cifar10.Contains(score.Concept)), score => score.After?.Hit),
            Proportions.TopOne("object_accuracy", AllObjects, "higher", main, score => score.After?.Hit),
            TopFive("object_top5", AllObjects, main),
            Proportions.TopOne("style_accuracy", StylePrompts, "higher", main, score => score.After?.StyleHit),
            Means.OverPrompts("clip_score", ClipProfile.Of("logit100", main),
                $"mean of 100 x cosine of picture and full prompt in {ClipProfile.Words(main)}, over all pictures", "x100", "higher", main, score => score.After?.ClipScore),
        ];
        if (real is not null && seen.Features is { } features)
            figures.AddRange(Distances(seen, features, real));
        if (heldOut.Count > 0)
        {
            figures.Add(Proportions.TopOne("object_accuracy_held_out", HeldOutCells, "higher", cells, score => score.After?.Hit));
            figures.Add(TopFive("object_top5_held_out", HeldOutCells, cells));
            figures.Add(Proportions.TopOne("style_accuracy_held_out", HeldOutCells, "higher", cells, score => score.After?.StyleHit));
        }

        foreach (var style in world.Styles.Select(style => style.Name))
        {
            var drawn = seen.Of(asked => !asked.Extra && asked.Style == style);
            figures.Add(Proportions.TopOne("object_accuracy_by_style", "pictures whose prompt names the style", "higher", drawn, score => score.After?.Hit) with { Subject = style });
            figures.Add(Proportions.TopOne("style_accuracy_by_style", "pictures whose prompt names the style", "higher", drawn, score => score.After?.StyleHit) with { Subject = style });
        }

        return figures;
    }

    private static IEnumerable<Figure> Distances(EvaluatedPictures seen, FeatureSet features, IReadOnlyDictionary<string, FeatureSet> real)
    {
        var drawn = features.Pick([.. Enumerable.Range(0, features.Count).Where(row => !seen.Asked[row].Extra)]);
        var reference = FeatureSet.Concat([.. real.Values]);
        return new[] { SetDistances.Kernel(drawn, reference), SetDistances.Frechet(drawn, reference) }.Select(figure => figure with
        {
            Profile = figure.Profile + "-to-real",
            Definition = "pictures of all prompts against all real pictures of the world: " + figure.Definition,
        });
    }

    private static Figure TopFive(string id, string what, IEnumerable<PictureScore> scores) => Proportions.Share(
        id, "judge-top5", $"share of pictures whose object is among the judge's five likeliest, however unsure it is; denominator: {what}", what, "higher",
        scores.Select(score => score.After?.Rank is { } rank ? rank <= 5 : (bool?)null));
}

namespace Lethe.Evaluation.Metrics;

/// <summary>
/// delta(c) of Adversarial Preservation (metrics.md 9): how much less the pictures of a concept look like it after the erasure,
/// <c>mean over i of S(original, z_i) - S(edited, z_i)</c>, S being 100 x cosine of picture and bare concept, z_i the same
/// noise on both sides. Its sign matters: a large positive value is collateral damage.
/// </summary>
public static class Sensitivity
{
    private const string Definition = "mean of 100 x cosine (picture, bare concept) before minus after, equal seeds, in ";

    /// <summary><c>delta</c> of each preserved concept, the most damaged first; the spread over pictures is its standard deviation.</summary>
    public static IReadOnlyList<Figure> ByConcept(IReadOnlyList<PictureScore> scores) =>
        [.. scores.Where(score => score.Role == PictureRole.Preserved).GroupBy(score => score.Concept)
            .Select(concept => Of([.. concept]) with { Subject = concept.Key })
            .Where(figure => figure.Value is not null)
            .OrderByDescending(figure => figure.Value)];

    /// <summary>
    /// <c>delta</c> over all given scores; profile <c>logit100-bare</c> when every prompt is the bare concept, as in the paper,
    /// <c>logit100-prompted</c> when words stand around it.
    /// </summary>
    public static Figure Of(IReadOnlyList<PictureScore> scores)
    {
        var bare = scores.All(score => string.Equals(score.Prompt, score.Concept, StringComparison.Ordinal));
        var network = ClipProfile.Network(scores) is { } name ? "-" + name : "";
        var figure = Means.OverPrompts("delta", (bare ? "logit100-bare" : "logit100-prompted") + network, Definition + ClipProfile.Words(scores), "x100", "lower", scores,
            score => score.Before?.ConceptClipScore - score.After?.ConceptClipScore);
        return figure with { Denominator = "pairs of pictures of preserved concepts" };
    }
}

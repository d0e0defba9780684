namespace Lethe.Evaluation.Metrics;

/// <summary>
/// H_o and H_c as the papers' averages have them (metrics.md 2.4, 2.5): one value for each erased concept, then their mean,
/// never the value of averaged accuracies. acc_s is the mean over the preserved concepts of the accuracy of each.
/// Where all pictures of every part are alike the bootstrap sees no spread; Wilson's intervals of the parts then tell more.
/// </summary>
public static class HarmonicFigures
{
    /// <summary>Suffix of the profiles.</summary>
    public const string Suffix = "-mean-over-concepts";

    /// <summary>
    /// <c>h_o</c> and <c>h_c</c>, each by first choice (<c>judge-top1</c>) and by mean probability (<c>judge-mean-prob</c>, what
    /// the published tables print). Concepts that lack a part are left out; without any, there is no value.
    /// </summary>
    /// <param name="runs">One per erased concept: of one model that lost all of them, or of one model for each.</param>
    public static IReadOnlyList<Figure> OverConcepts(IReadOnlyList<ConceptRun> runs) =>
    [
        Harmonic(runs, "h_o", "judge-top1", TopOne),
        Harmonic(runs, "h_c", "judge-top1", TopOne),
        Harmonic(runs, "h_o", "judge-mean-prob", MeanProbability),
        Harmonic(runs, "h_c", "judge-mean-prob", MeanProbability),
    ];

    /// <summary>1 for a right first choice of the judge, 0 for a wrong one.</summary>
    internal static double? TopOne(PictureScore score) => score.After?.Hit is { } hit ? (hit ? 1 : 0) : null;

    /// <summary>The judge's probability of the concept of the prompt.</summary>
    internal static double? MeanProbability(PictureScore score) => score.After?.Probability;

    private static Figure Harmonic(IReadOnlyList<ConceptRun> runs, string id, string profile, Func<PictureScore, double?> value)
    {
        var general = id == "h_o";
        var strata = new Strata();

        // Pictures shared by runs are one stratum, so that they are resampled once for all of them.
        var preserved = new Dictionary<IReadOnlyList<PictureScore>, IReadOnlyList<int>>(ReferenceEqualityComparer.Instance);
        var parts = new List<(int Erased, int Synonyms, IReadOnlyList<int> Preserved)>();
        foreach (var run in runs.Where(run => Complete(run, general, value)))
        {
            if (!preserved.TryGetValue(run.Preserved, out var kept))
                preserved.Add(run.Preserved, kept = strata.AddByConcept(run.Preserved, value));
            parts.Add((strata.Add(run.Erased, value)!.Value, general ? strata.Add(run.Synonyms, value)!.Value : -1, kept));
        }

        var formula = general ? "3 / (1/(1 - acc_e) + 1/acc_s + 1/(1 - acc_g))" : "2 / (1/(1 - acc_e) + 1/acc_s)";
        return strata.Figure(
            id, profile + Suffix,
            $"mean over erased concepts of {formula}, acc_s the mean over preserved concepts, accuracies by {(profile == "judge-top1" ? "first choice" : "mean probability")}; 0 when a term is 0",
            $"pictures judged, of {parts.Count} of {runs.Count} erased concepts, of {(general ? "their synonyms " : "")}and of preserved concepts",
            "higher",
            means => parts.Count == 0 ? null : parts.Average(part =>
            {
                var accS = part.Preserved.Average(stratum => means[stratum]);
                return general
                    ? HarmonicMean.Of(means[part.Erased], Math.Min(1, accS), means[part.Synonyms])
                    : HarmonicMean.Of(means[part.Erased], Math.Min(1, accS));
            }));
    }

    private static bool Complete(ConceptRun run, bool general, Func<PictureScore, double?> value) =>
        new[] { run.Erased, run.Preserved, run.Synonyms }.Take(general ? 3 : 2).All(scores => scores.Any(score => value(score) is not null));
}

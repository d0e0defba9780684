namespace Lethe.Evaluation.Metrics;

/// <summary>
/// UA, IRA and CRA of UnlearnCanvas (metrics.md 10) for models that each unlearned one style or one object. The erased
/// concepts are those of role <see cref="PictureRole.Erased"/>; synonyms play no part.
/// </summary>
public static class UnlearnCanvasFigures
{
    private const string Profile = "judge-top1";

    /// <summary>The three figures of one model; UA and CRA with Wilson's interval.</summary>
    public static IReadOnlyList<Figure> Compute(IReadOnlyList<PictureScore> scores) =>
    [
        Proportions.Share("ua", Profile, UnlearningDefinition, "pictures whose prompt names the unlearned concept", "higher",
            Of(scores, PictureRole.Erased).Select(score => !score.After?.Hit)),
        OverRuns([scores])[1] with { Profile = Profile },
        Proportions.Share("cra", Profile, CrossDefinition, CrossDenominator, "higher",
            scores.Where(score => score.Role != PictureRole.Synonym).Select(Cross)),
    ];

    /// <summary>The table's values: means over models, one for each unlearned style or object.</summary>
    public static IReadOnlyList<Figure> OverRuns(IReadOnlyList<IReadOnlyList<PictureScore>> runs)
    {
        const string profile = Profile + "-mean-over-runs";
        return
        [
            Mean(runs, "ua", profile, UnlearningDefinition, "pictures whose prompt names the unlearned concept",
                (strata, run) => One(strata.Add(Of(run, PictureRole.Erased), score => Number(!score.After?.Hit)))),
            Mean(runs, "ira", profile, "mean over the other concepts of the same kind (style or object) of the share of right first choices",
                "pictures whose prompt names another concept of the same kind",
                (strata, run) => strata.AddByConcept(Of(run, PictureRole.Preserved), score => Number(score.After?.Hit))),
            Mean(runs, "cra", profile, CrossDefinition, CrossDenominator,
                (strata, run) => One(strata.Add(run.Where(score => score.Role != PictureRole.Synonym), score => Number(Cross(score))))),
        ];
    }

    private const string UnlearningDefinition = "1 minus the share of right first choices of the judge";
    private const string CrossDefinition = "share of right first choices of the other kind: of objects when a style is unlearned, of styles when an object is";
    private const string CrossDenominator = "pictures whose prompt names both kinds, those of the unlearned concept included";

    private static Figure Mean(
        IReadOnlyList<IReadOnlyList<PictureScore>> runs, string id, string profile, string definition, string denominator,
        Func<Strata, IReadOnlyList<PictureScore>, IReadOnlyList<int>> add)
    {
        var strata = new Strata();
        var parts = runs.Select(run => add(strata, run)).Where(part => part.Count > 0).ToList();
        return strata.Figure(id, profile, definition, denominator, "higher",
            means => parts.Count == 0 ? null : parts.Average(part => part.Average(stratum => means[stratum])));
    }

    private static IEnumerable<PictureScore> Of(IReadOnlyList<PictureScore> scores, PictureRole role) => scores.Where(score => score.Role == role);

    private static bool? Cross(PictureScore score) => score.After?.ObjectHit ?? score.After?.StyleHit;

    private static double? Number(bool? answer) => answer is { } yes ? (yes ? 1 : 0) : null;

    private static IReadOnlyList<int> One(int? stratum) => stratum is { } number ? [number] : [];
}

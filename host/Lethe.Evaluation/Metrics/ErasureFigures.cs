namespace Lethe.Evaluation.Metrics;

/// <summary>The figures of an erasure, computed from per-picture scores and from nothing else.</summary>
public static class ErasureFigures
{
    /// <summary>All figures that the scores allow; a figure without pictures has no value and <c>n = 0</c>.</summary>
    public static IReadOnlyList<Figure> Compute(IReadOnlyList<PictureScore> scores)
    {
        var figures = new List<Figure>();
        foreach (var (id, role, what, better) in Accuracies)
        {
            var ofRole = scores.Where(score => score.Role == role).ToList();
            figures.Add(Proportions.TopOne(id, what + ", drawn by the edited model", better, ofRole, score => score.After?.Hit));
            figures.Add(Proportions.TopOne(id + "_before", what + ", drawn by the unedited model", better, ofRole, score => score.Before?.Hit));
        }
        figures.Add(SpecificityLoss(scores));
        figures.Add(Harmonic(scores));
        var preserved = scores.Where(score => score.Role == PictureRole.Preserved).ToList();
        var named = scores.Where(score => score.Role == PictureRole.Erased).ToList();
        figures.Add(Proportions.TopOne("style_accuracy", "pictures whose prompt names a style and a preserved concept, drawn by the edited model, judged by style",
            "higher", preserved, score => score.After?.StyleHit));
        figures.Add(Proportions.TopOne("style_accuracy_before", "pictures whose prompt names a style and a preserved concept, drawn by the unedited model, judged by style",
            "higher", preserved, score => score.Before?.StyleHit));
        figures.Add(ClipScore("clip_score_s", "higher", "preserved concepts", preserved, score => score.After));
        figures.Add(ClipScore("clip_score_s_before", "higher", "preserved concepts (unedited model)", preserved, score => score.Before));
        figures.Add(ClipScore("clip_score_e", "lower", "erased concepts", named, score => score.After));
        figures.Add(ClipScore("clip_score_e_before", "lower", "erased concepts (unedited model)", named, score => score.Before));
        figures.Add(Means.OverPrompts("pixel_difference", "mean-absolute", "mean absolute difference (0 to 1) of 8-bit pictures before and after, equal seeds, over pictures of preserved concepts",
            "fraction", "lower", preserved, score => score.Difference));
        foreach (var (id, role, what, better) in Accuracies)
            figures.Add(Means.OverPrompts(id, "judge-mean-prob", $"mean probability of the right label in the judge; denominator: {what}, drawn by the edited model",
                "fraction", better, scores.Where(score => score.Role == role), HarmonicFigures.MeanProbability));
        figures.AddRange(HarmonicFigures.OverConcepts(ConceptRun.Of(scores)));
        figures.AddRange(SuccessRates.Compute(scores));
        figures.AddRange(SuccessRates.Compute(scores, score => score.Before, "_before"));
        figures.Add(Sensitivity.Of(preserved));
        figures.Add(FeatureDistances("feature_distance_s", "lower", "preserved concepts", preserved));
        figures.Add(FeatureDistances("feature_distance_e", "higher", "erased concepts", named));
        return figures;
    }

    private static readonly (string Id, PictureRole Role, string What, string Better)[] Accuracies =
    [
        ("acc_e", PictureRole.Erased, "pictures whose prompt names an erased concept", "lower"),
        ("acc_g", PictureRole.Synonym, "pictures whose prompt names a synonym of an erased concept", "lower"),
        ("acc_s", PictureRole.Preserved, "pictures whose prompt names a preserved concept", "higher"),
    ];

    private static Figure ClipScore(string id, string better, string of, IReadOnlyList<PictureScore> scores, Func<PictureScore, Sighting?> side) =>
        Means.OverPrompts(id, ClipProfile.Of("logit100", scores), $"mean of 100 x cosine of picture and full prompt in {ClipProfile.Words(scores)}, over pictures of {of}",
            "x100", better, scores, score => side(score)?.ClipScore);

    private static Figure FeatureDistances(string id, string better, string of, IReadOnlyList<PictureScore> scores) =>
        Means.OverPrompts(id, FeatureDistance.Profile, $"mean distance of the judge's unit-normalised levels before and after, equal seeds, over pictures of {of}",
            "raw", better, scores, score => score.FeatureDistance);

    private static Figure SpecificityLoss(IReadOnlyList<PictureScore> scores) => Means.OverPrompts(
        "acc_s_drop", "judge-top1", "acc_s of the unedited model minus acc_s of the edited model, over the same prompts and seeds",
        "fraction", "lower", scores.Where(score => score.Role == PictureRole.Preserved),
        score => score is { Before.Hit: { } before, After.Hit: { } after } ? (before ? 1 : 0) - (after ? 1 : 0) : null);

    private static Figure Harmonic(IReadOnlyList<PictureScore> scores)
    {
        PictureRole[] roles = [PictureRole.Erased, PictureRole.Preserved, PictureRole.Synonym];
        var strata = roles.Select(role => Means.ByPrompt(scores.Where(score => score.Role == role && score.After?.Hit is not null))).ToList();
        var all = strata.Select(groups => (IReadOnlyList<PictureScore>)groups.SelectMany(group => group).ToList()).ToList();
        var interval = Intervals.Bootstrap(strata, FromRoles);
        return new Figure
        {
            Id = "h_o",
            Profile = "judge-top1",
            Definition = "3 / (1/(1 - acc_e) + 1/acc_s + 1/(1 - acc_g)) of the accuracies above; 0 when a term is 0",
            Value = FromRoles(all),
            N = all.Sum(items => items.Count),
            Denominator = "judged pictures of erased concepts, preserved concepts and synonyms",
            Low = interval?.Low,
            High = interval?.High,
            IntervalMethod = interval is null ? null : "bootstrap-prompts",
            Better = "higher",
        };

        static double? FromRoles(IReadOnlyList<IReadOnlyList<PictureScore>> items) =>
            items.Any(role => role.Count == 0) ? null : HarmonicMean.Of(Share(items[0]), Share(items[1]), Share(items[2]));

        static double Share(IReadOnlyList<PictureScore> items) => items.Count(score => score.After!.Hit == true) / (double)items.Count;
    }
}

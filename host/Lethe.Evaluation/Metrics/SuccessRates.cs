namespace Lethe.Evaluation.Metrics;

/// <summary>
/// Erasing and preserving success rates of Adversarial Preservation (metrics.md 8): ESR-k is the share of pictures of erased
/// concepts whose own label is not among the judge's k most probable, PSR-k the share of preserved ones whose label is.
/// As in the paper the ranking knows no "none": how sure the judge is plays no part.
/// </summary>
public static class SuccessRates
{
    /// <summary>The k of the published tables.</summary>
    public static IReadOnlyList<int> Ks { get; } = [1, 5];

    /// <summary><c>esr_k</c> and <c>psr_k</c> of one edited model, with Wilson's intervals.</summary>
    /// <param name="scores">Scores of one run.</param>
    /// <param name="side">Whose pictures; those of the edited model unless given.</param>
    /// <param name="suffix">Appended to the ids, <c>_before</c> for instance.</param>
    public static IReadOnlyList<Figure> Compute(IReadOnlyList<PictureScore> scores, Func<PictureScore, Sighting?>? side = null, string suffix = "")
    {
        side ??= score => score.After;
        return [.. Ks.SelectMany(k => Roles.Select(role => Proportions.Share(
            Id(role.Id, k) + suffix, "judge-rank", Definition(role.Role, k), $"pictures of {role.What} concepts", "higher",
            scores.Where(score => score.Role == role.Role).Select(score => Success(role.Role, k, side(score))))))];
    }

    /// <summary>The table's value: mean and population deviation over splits into erased and preserved concepts, one model for each.</summary>
    public static IReadOnlyList<Figure> OverSplits(IReadOnlyList<IReadOnlyList<PictureScore>> splits) => [.. Ks.SelectMany(k => Roles.Select(role =>
    {
        var strata = new Strata();
        var used = splits.Select(split => strata.Add(
            split.Where(score => score.Role == role.Role), score => Success(role.Role, k, score.After) is { } success ? (success ? 1 : 0) : null)).OfType<int>().ToList();
        var figure = strata.Figure(
            Id(role.Id, k), "judge-rank-mean-over-splits", $"mean over splits of: {Definition(role.Role, k)}",
            $"pictures of {role.What} concepts in {used.Count} of {splits.Count} splits", "higher",
            means => means.Average());
        return figure.Value is null ? figure : figure with { StandardDeviation = Deviation(strata.Means) };
    }))];

    private static readonly (string Id, PictureRole Role, string What)[] Roles =
        [("esr", PictureRole.Erased, "erased"), ("psr", PictureRole.Preserved, "preserved")];

    private static string Id(string id, int k) => $"{id}_{k}";

    private static string Definition(PictureRole role, int k) =>
        $"share of pictures whose own label is {(role == PictureRole.Erased ? "not " : "")}among the {k} most probable of the judge";

    private static bool? Success(PictureRole role, int k, Sighting? seen) =>
        seen?.Rank is { } rank ? (role == PictureRole.Erased ? rank > k : rank <= k) : null;

    private static double Deviation(IReadOnlyList<double> values) =>
        Math.Sqrt(values.Average(value => (value - values.Average()) * (value - values.Average())));
}

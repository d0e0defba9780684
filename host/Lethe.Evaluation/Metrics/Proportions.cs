namespace Lethe.Evaluation.Metrics;

/// <summary>Figures that count pictures.</summary>
public static class Proportions
{
    /// <summary>Share of pictures whose first choice is right, over the pictures that could be judged, pooled over prompts.</summary>
    public static Figure TopOne<T>(string id, string what, string better, IEnumerable<T> scores, Func<T, bool?> hit) =>
        Share(id, "judge-top1", $"share of right first choices of the judge; denominator: {what}", what, better, scores.Select(hit));

    /// <summary>Share of <c>true</c> among the answers, with Wilson's interval; a null answer is left out and counted as skipped.</summary>
    public static Figure Share(string id, string profile, string definition, string denominator, string better, IEnumerable<bool?> answers)
    {
        var all = answers.ToList();
        var judged = all.OfType<bool>().ToList();
        var hits = judged.Count(right => right);
        var interval = Intervals.Wilson(hits, judged.Count);
        return new Figure
        {
            Id = id,
            Profile = profile,
            Definition = definition,
            Denominator = denominator,
            Skipped = all.Count - judged.Count,
            Value = judged.Count == 0 ? null : (double)hits / judged.Count,
            N = judged.Count,
            Low = interval?.Low,
            High = interval?.High,
            IntervalMethod = interval is null ? null : "wilson",
            Better = better,
        };
    }
}

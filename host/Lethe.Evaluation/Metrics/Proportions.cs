namespace Lethe.Evaluation.Metrics;

/// <summary>Figures that count pictures.</summary>
public static class Proportions
{
    /// <summary>Share of pictures whose first choice is right, over the pictures that could be judged, pooled over prompts.</summary>
    public static Figure TopOne<T>(string id, string what, string better, IEnumerable<T> scores, Func<T, bool?> hit)
    {
        var judged = scores.Select(hit).OfType<bool>().ToList();
        var hits = judged.Count(right => right);
        var interval = Intervals.Wilson(hits, judged.Count);
        return new Figure
        {
            Id = id,
            Profile = "judge-top1",
            Definition = $"share of right first choices of the judge; denominator: {what}",
            Value = judged.Count == 0 ? null : (double)hits / judged.Count,
            N = judged.Count,
            Low = interval?.Low,
            High = interval?.High,
            IntervalMethod = interval is null ? null : "wilson",
            Better = better,
        };
    }
}

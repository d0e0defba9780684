namespace Lethe.Evaluation.Metrics;

/// <summary>Figures that average a score.</summary>
public static class Means
{
    /// <summary>Mean over all scored pictures, with a bootstrap interval over prompts.</summary>
    public static Figure OverPrompts(
        string id, string profile, string definition, string unit, string better, IEnumerable<PictureScore> scores, Func<PictureScore, double?> value)
    {
        var given = scores.ToList();
        var groups = ByPrompt(given.Where(score => value(score) is not null));
        var all = groups.SelectMany(group => group).ToList();
        var interval = all.Count == 0 ? null : Intervals.BootstrapMeans([Sums(groups, score => value(score)!.Value)], means => means[0]);
        return new Figure
        {
            Id = id,
            Profile = profile,
            Definition = definition,
            Value = Mean(all),
            Unit = unit,
            N = all.Count,
            Denominator = "scored pictures",
            Skipped = given.Count - all.Count,
            StandardDeviation = Deviation(all),
            Low = interval?.Low,
            High = interval?.High,
            IntervalMethod = interval is null ? null : "bootstrap-prompts",
            Better = better,
        };

        double? Deviation(IReadOnlyList<PictureScore> items) => Mean(items) is { } mean
            ? Math.Sqrt(items.Average(score => (value(score)!.Value - mean) * (value(score)!.Value - mean)))
            : null;

        double? Mean(IReadOnlyList<PictureScore> items) => items.Count == 0 ? null : items.Average(score => value(score)!.Value);
    }

    /// <summary>Sums to resample, one per prompt; a single prompt is split into its pictures, or the interval would have no width.</summary>
    internal static IReadOnlyList<GroupSum> Sums(IReadOnlyList<IReadOnlyList<PictureScore>> prompts, Func<PictureScore, double> value) => prompts.Count == 1
        ? [.. prompts[0].Select(score => new GroupSum(value(score), 1))]
        : [.. prompts.Select(prompt => new GroupSum(prompt.Sum(value), prompt.Count))];

    /// <summary>Scores grouped by concept and prompt, in the order of first appearance.</summary>
    public static IReadOnlyList<IReadOnlyList<PictureScore>> ByPrompt(IEnumerable<PictureScore> scores) =>
        [.. scores.GroupBy(score => (score.Concept, score.Prompt)).Select(group => (IReadOnlyList<PictureScore>)group.ToList())];
}

namespace Lethe.Evaluation.Metrics;

/// <summary>Groups of scores whose means a figure is made of; each is resampled on its own, prompt by prompt.</summary>
internal sealed class Strata
{
    private readonly List<IReadOnlyList<GroupSum>> groups = [];
    private readonly List<double> means = [];
    private int pictures;
    private int skipped;

    /// <summary>The mean of each stratum, in the order of adding.</summary>
    public IReadOnlyList<double> Means => means;

    /// <summary>Adds a stratum and gives its number; null when no score has a value, and then there is none.</summary>
    public int? Add(IEnumerable<PictureScore> scores, Func<PictureScore, double?> value)
    {
        var given = scores.ToList();
        var valued = given.Where(score => value(score) is not null).ToList();
        skipped += given.Count - valued.Count;
        if (valued.Count == 0)
            return null;
        groups.Add(Metrics.Means.Sums(Metrics.Means.ByPrompt(valued), score => value(score)!.Value));
        means.Add(valued.Average(score => value(score)!.Value));
        pictures += valued.Count;
        return means.Count - 1;
    }

    /// <summary>One stratum per concept, in the order of first appearance.</summary>
    public IReadOnlyList<int> AddByConcept(IEnumerable<PictureScore> scores, Func<PictureScore, double?> value) =>
        [.. scores.GroupBy(score => score.Concept).Select(concept => Add(concept, value)).OfType<int>()];

    /// <summary>A figure from the means of all strata, numbered as they were added.</summary>
    public Figure Figure(
        string id, string profile, string definition, string denominator, string better, Func<IReadOnlyList<double>, double?> statistic, string unit = "fraction")
    {
        var value = pictures == 0 ? null : statistic(means);
        var interval = value is null ? null : Intervals.BootstrapMeans(groups, statistic);
        return new Figure
        {
            Id = id,
            Profile = profile,
            Definition = definition,
            Denominator = denominator,
            Value = value,
            Unit = unit,
            N = value is null ? 0 : pictures,
            Skipped = skipped,
            Low = interval?.Low,
            High = interval?.High,
            IntervalMethod = interval is null ? null : "bootstrap-prompts",
            Better = better,
        };
    }
}

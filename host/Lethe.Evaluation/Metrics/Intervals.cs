namespace Lethe.Evaluation.Metrics;

/// <summary>95 % intervals: Wilson's for proportions, a bootstrap over prompts for everything else.</summary>
public static class Intervals
{
    /// <summary>97.5 % quantile of the standard normal distribution.</summary>
    internal const double Z = 1.959963984540054;

    private const int Resamples = 1000;
    private const int Seed = 20240607;

    /// <summary>Wilson's score interval of <paramref name="hits"/> out of <paramref name="n"/>; null when nothing was counted.</summary>
    public static (double Low, double High)? Wilson(int hits, int n)
    {
        if (n <= 0)
            return null;
        var p = (double)hits / n;
        var scale = 1 + Z * Z / n;
        var centre = (p + Z * Z / (2.0 * n)) / scale;
        var half = Z / scale * Math.Sqrt(p * (1 - p) / n + Z * Z / (4.0 * n * n));

        // At the ends the formula gives 0 and 1 exactly; rounding must not leave the unit interval.
        return (hits == 0 ? 0 : Math.Max(0, centre - half), hits == n ? 1 : Math.Min(1, centre + half));
    }

    /// <summary>
    /// Percentile bootstrap over groups (one group per prompt: pictures of one prompt are not independent).
    /// Each stratum is resampled on its own, with a fixed seed, so that equal scores give equal intervals.
    /// </summary>
    /// <param name="strata">Per stratum its groups, each with its items; the items of a stratum of one group are drawn one by one.</param>
    /// <param name="statistic">The figure from resampled items per stratum; null resamples are left out.</param>
    public static (double Low, double High)? Bootstrap<T>(
        IReadOnlyList<IReadOnlyList<IReadOnlyList<T>>> strata, Func<IReadOnlyList<IReadOnlyList<T>>, double?> statistic)
    {
        if (strata.Any(groups => groups.Count == 0))
            return null;
        strata = [.. strata.Select(Split)];
        var random = new Random(Seed);
        var values = new List<double>(Resamples);
        for (var resample = 0; resample < Resamples; resample++)
        {
            var drawn = strata.Select(groups => (IReadOnlyList<T>)Enumerable.Range(0, groups.Count)
                .SelectMany(_ => groups[random.Next(groups.Count)]).ToList()).ToList();
            if (statistic(drawn) is { } value)
                values.Add(value);
        }
        return Percentiles(values);
    }

    /// <summary>The same for a figure made of the mean of each stratum, from sums alone: fast enough for benchmarks.</summary>
    internal static (double Low, double High)? BootstrapMeans(
        IReadOnlyList<IReadOnlyList<GroupSum>> strata, Func<IReadOnlyList<double>, double?> statistic)
    {
        if (strata.Count == 0 || strata.Any(groups => groups.Count == 0))
            return null;
        var random = new Random(Seed);
        var values = new List<double>(Resamples);
        var means = new double[strata.Count];
        for (var resample = 0; resample < Resamples; resample++)
        {
            for (var i = 0; i < means.Length; i++)
            {
                var (sum, count) = (0.0, 0);
                for (var draw = 0; draw < strata[i].Count; draw++)
                {
                    var group = strata[i][random.Next(strata[i].Count)];
                    (sum, count) = (sum + group.Sum, count + group.Count);
                }
                means[i] = sum / count;
            }
            if (statistic(means) is { } value)
                values.Add(value);
        }
        return Percentiles(values);
    }

    // One prompt would always be drawn, and the interval would have no width.
    private static IReadOnlyList<IReadOnlyList<T>> Split<T>(IReadOnlyList<IReadOnlyList<T>> groups) =>
        groups.Count == 1 ? [.. groups[0].Select(item => (IReadOnlyList<T>)[item])] : groups;

    private static (double Low, double High)? Percentiles(List<double> values)
    {
        if (values.Count == 0)
            return null;
        values.Sort();
        return (Quantile(values, 0.025), Quantile(values, 0.975));
    }

    private static double Quantile(List<double> sorted, double q)
    {
        var position = q * (sorted.Count - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
    }
}

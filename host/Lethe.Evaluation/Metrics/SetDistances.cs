namespace Lethe.Evaluation.Metrics;

/// <summary>Distances between two sets of pictures as figures; a set of fewer than two pictures gives no value.</summary>
public static class SetDistances
{
    private const int KernelResamples = 200;

    // A resample of a large set takes a second; few of them still give the spread, and the interval allows for their number.
    private const int FrechetResamples = 50;
    private const int FrechetResamplesOfManyRows = 16;
    private const int ManyRows = 400;

    /// <summary>
    /// <c>fid</c> (metrics.md 4) on whatever network made the features. It is biased upwards for few pictures: compare equal n only.
    /// </summary>
    /// <param name="pictures">Pictures that are measured.</param>
    /// <param name="reference">Pictures they should be like.</param>
    /// <param name="resamples">Resamples behind the interval, each of which costs as much as the value; 50 unless given, 16 for more than 400 pictures.</param>
    public static Figure Frechet(FeatureSet pictures, FeatureSet reference, int? resamples = null)
    {
        var figure = Empty("fid", pictures, reference,
            "|m_A - m_B|^2 + Tr S_A + Tr S_B - 2 Tr (S_A S_B)^(1/2) of the features of all pictures and of the reference, covariances with divisor n - 1");
        if (TooFew(pictures, reference))
            return figure;
        var value = FrechetDistance.Between(pictures, reference);
        var times = resamples ?? (Math.Max(pictures.Count, reference.Count) > ManyRows ? FrechetResamplesOfManyRows : FrechetResamples);
        return WithSpread(figure with { Value = value }, FrechetDistance.Resampled(pictures, reference, times, KernelDistance.Seed), lowest: 0);
    }

    /// <summary><c>kid</c> (metrics.md 5, subsets as in clean-fid with seed 2020), not multiplied by 100 or 1000.</summary>
    /// <param name="pictures">Pictures that are measured.</param>
    /// <param name="reference">Pictures they should be like.</param>
    /// <param name="resamples">Resamples behind the interval.</param>
    public static Figure Kernel(FeatureSet pictures, FeatureSet reference, int resamples = KernelResamples)
    {
        var figure = Empty("kid", pictures, reference,
            $"unbiased squared distance with kernel (x.y/D + 1)^3, mean over {KernelDistance.Subsets} subsets of min(n, reference n, {KernelDistance.LargestSubset}) pictures, seed {KernelDistance.Seed}");
        if (TooFew(pictures, reference))
            return figure;
        var result = KernelDistance.Compute(pictures, reference);
        figure = figure with { Value = result.Value, StandardDeviation = result.StandardDeviation };
        if (KernelDistance.Resampled(pictures, reference, resamples, KernelDistance.Seed) is { } values)
            return WithSpread(figure, values, lowest: null);

        // A subset of m among n pictures varies by the square root of n/m more than the whole set.
        var half = Intervals.Z * result.StandardDeviation * Math.Sqrt((double)result.SubsetSize / Math.Min(pictures.Count, reference.Count));
        return figure with { Low = result.Value - half, High = result.Value + half, IntervalMethod = "subsets-normal" };
    }

    /// <summary>
    /// <c>fid</c> and <c>kid</c> of what the edited model draws of preserved concepts from what the unedited model drew of the same
    /// prompts and seeds: 0 or a little below for an edit that changes nothing.
    /// </summary>
    /// <param name="scores">Scores of one run.</param>
    /// <param name="before">Features of the unedited model's pictures; row i belongs to score i.</param>
    /// <param name="after">Features of the edited model's pictures, likewise.</param>
    public static IReadOnlyList<Figure> OfPreserved(IReadOnlyList<PictureScore> scores, FeatureSet before, FeatureSet after)
    {
        if (before.Count != scores.Count || after.Count != scores.Count)
            throw new ArgumentException($"{before.Count} and {after.Count} rows of features for {scores.Count} scores, expected one row for each");
        var rows = Enumerable.Range(0, scores.Count).Where(row => scores[row].Role == PictureRole.Preserved).ToList();
        var prompts = rows.Select(row => scores[row].Prompt).ToList();
        var (kept, reference) = (after.Pick(rows).WithGroups(prompts), before.Pick(rows).WithGroups(prompts));
        return [.. new[] { Frechet(kept, reference), Kernel(kept, reference) }.Select(figure => figure with
        {
            Profile = figure.Profile + "-to-unedited",
            Definition = "pictures of preserved concepts against those of the unedited model, equal prompts and seeds: " + figure.Definition,
        })];
    }

    private static Figure Empty(string id, FeatureSet pictures, FeatureSet reference, string definition)
    {
        pictures.MustMatch(reference);
        return new Figure
        {
            Id = id,
            Profile = $"features-{pictures.Network}",
            Definition = definition,
            Denominator = "pictures measured; the reference has its own n",
            Value = null,
            Unit = "raw",
            N = pictures.Count,
            ReferenceN = reference.Count,
            Better = "lower",
        };
    }

    private static bool TooFew(FeatureSet pictures, FeatureSet reference) => Math.Min(pictures.Count, reference.Count) < 2;

    // Resampling repeats pictures and so shifts the distance upwards; its spread is right, its centre is not.
    private static Figure WithSpread(Figure figure, IReadOnlyList<double> values, double? lowest)
    {
        if (values.Count < 2)
            return figure;
        var mean = values.Average();
        var half = Quantile(values.Count - 1) * Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
        var value = figure.Value!.Value;
        return figure with
        {
            Low = lowest is { } floor ? Math.Max(floor, value - half) : value - half,
            High = value + half,
            IntervalMethod = "bootstrap-normal",
        };
    }

    /// <summary>97.5 % quantile of Student's distribution, by its expansion about the normal one; off by less than 1 % from 6 degrees on.</summary>
    private static double Quantile(int degrees)
    {
        const double z = Intervals.Z;
        return z + (Math.Pow(z, 3) + z) / (4.0 * degrees) + (5 * Math.Pow(z, 5) + 16 * Math.Pow(z, 3) + 3 * z) / (96.0 * degrees * degrees);
    }
}

namespace Lethe.Evaluation.Metrics;

/// <summary>
/// Seeded resampling of pictures for the intervals of distances. Whole prompts are drawn, because pictures of one prompt are
/// not independent; where both sets show the same prompts, each draw serves both. A set of one prompt is drawn by picture.
/// </summary>
internal static class RowResampling
{
    /// <summary>How often each row occurs in each resample: <c>[resamples, N_A]</c> and <c>[resamples, N_B]</c>, row after row.</summary>
    public static (double[] First, double[] Second) Draw(FeatureSet first, FeatureSet second, int resamples, int seed)
    {
        var random = new Random(seed);
        var (a, b) = (Labels(first), Labels(second));
        var together = first.Groups is not null && second.Groups is not null && a.ToHashSet().SetEquals(b);
        var (numbersA, groupsA) = Numbers(a);
        var (numbersB, groupsB) = together ? Numbers(b, a) : Numbers(b);
        var (timesA, timesB) = (new double[resamples * a.Count], new double[resamples * b.Count]);
        for (var resample = 0; resample < resamples; resample++)
        {
            var drawn = Counts(groupsA, random);
            Fill(timesA, resample, numbersA, drawn);
            Fill(timesB, resample, numbersB, together ? drawn : Counts(groupsB, random));
        }
        return (timesA, timesB);
    }

    private static IReadOnlyList<string> Labels(FeatureSet set) =>
        set.Groups is { } groups && groups.Distinct().Skip(1).Any()
            ? groups
            : [.. Enumerable.Range(0, set.Count).Select(row => row.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    private static (int[] Numbers, int Groups) Numbers(IReadOnlyList<string> labels, IReadOnlyList<string>? order = null)
    {
        var numbers = (order ?? labels).Distinct().Select((label, number) => (label, number)).ToDictionary(pair => pair.label, pair => pair.number);
        return ([.. labels.Select(label => numbers[label])], numbers.Count);
    }

    private static int[] Counts(int groups, Random random)
    {
        var counts = new int[groups];
        for (var draw = 0; draw < groups; draw++)
            counts[random.Next(groups)]++;
        return counts;
    }

    private static void Fill(double[] times, int resample, int[] numbers, int[] counts)
    {
        for (var row = 0; row < numbers.Length; row++)
            times[(resample * numbers.Length) + row] = counts[numbers[row]];
    }
}

namespace Lethe.Evaluation.Metrics;

/// <summary>
/// The kernel distance of Bińkowski et al. (2018), called KID on Inception features: the unbiased squared maximum mean
/// discrepancy with <c>k(x, y) = (x·y / D + 1)³</c>, in double precision. It may be slightly negative and is not clamped.
/// </summary>
public static class KernelDistance
{
    /// <summary>Subsets of the usual rule (clean-fid): as many, of <c>min(N_A, N_B, 1000)</c> pictures each.</summary>
    public const int Subsets = 100;

    /// <summary>Most pictures in a subset.</summary>
    public const int LargestSubset = 1000;

    /// <summary>Seed of the subsets (torch-fidelity's), as the rule itself names none.</summary>
    public const int Seed = 2020;

    // Three kernel matrices of this side take 400 MB.
    private const int LargestGram = 4096;

    /// <summary>
    /// The estimate from all pictures: <c>Σ_{i≠j} k(x_i, x_j) / (n(n-1)) + Σ_{i≠j} k(y_i, y_j) / (m(m-1)) - 2 Σ_{ij} k(x_i, y_j) / (nm)</c>.
    /// </summary>
    /// <exception cref="ArgumentException">A set has fewer than two pictures, or the networks differ.</exception>
    public static double Unbiased(FeatureSet first, FeatureSet second)
    {
        Check(first, second);
        using var scope = torch.NewDisposeScope();
        return Weighted(first.Rows(), second.Rows(), Ones(first.Count), Ones(second.Count))[0];
    }

    /// <summary>One estimate for each pair of subsets, given as row numbers.</summary>
    public static IReadOnlyList<double> OverSubsets(
        FeatureSet first, FeatureSet second, IReadOnlyList<IReadOnlyList<int>> subsetsOfFirst, IReadOnlyList<IReadOnlyList<int>> subsetsOfSecond)
    {
        Check(first, second);
        if (subsetsOfFirst.Count != subsetsOfSecond.Count || subsetsOfFirst.Concat(subsetsOfSecond).Any(subset => subset.Count < 2))
            throw new ArgumentException(
                $"{subsetsOfFirst.Count} and {subsetsOfSecond.Count} subsets, expected as many of either set, of at least 2 pictures each");
        using var scope = torch.NewDisposeScope();
        var (x, y) = (first.Rows(), second.Rows());
        if (Math.Max(first.Count, second.Count) <= LargestGram)
            return Weighted(x, y, Marks(subsetsOfFirst, first.Count), Marks(subsetsOfSecond, second.Count));
        return [.. subsetsOfFirst.Zip(subsetsOfSecond, (a, b) => Weighted(Take(x, a), Take(y, b), Ones(a.Count), Ones(b.Count))[0])];
    }

    /// <summary>The usual value: mean and population deviation over seeded subsets. When a subset is all of both sets, one is enough.</summary>
    public static KernelDistanceResult Compute(
        FeatureSet first, FeatureSet second, int subsets = Subsets, int largestSubset = LargestSubset, int seed = Seed)
    {
        Check(first, second);
        var size = Math.Min(Math.Min(first.Count, second.Count), largestSubset);
        if (size < 2 || subsets < 1)
            throw new ArgumentException($"{subsets} subsets of {size} pictures, expected at least 1 of at least 2");
        if (size == first.Count && size == second.Count)
            return new KernelDistanceResult(Unbiased(first, second), 0, 1, size);
        var random = new Random(seed);
        var (ofFirst, ofSecond) = (new List<IReadOnlyList<int>>(), new List<IReadOnlyList<int>>());
        for (var subset = 0; subset < subsets; subset++)
        {
            ofFirst.Add(Choose(first.Count, size, random));
            ofSecond.Add(Choose(second.Count, size, random));
        }
        var values = OverSubsets(first, second, ofFirst, ofSecond);
        var mean = values.Average();
        return new KernelDistanceResult(mean, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))), subsets, size);
    }

    /// <summary>Estimates from all pictures after resampling both sets; null when the sets are too large for it.</summary>
    /// <remarks>A picture drawn twice is never paired with itself, or every estimate would be too high.</remarks>
    internal static IReadOnlyList<double>? Resampled(FeatureSet first, FeatureSet second, int resamples, int seed)
    {
        Check(first, second);
        if (Math.Max(first.Count, second.Count) > LargestGram)
            return null;
        using var scope = torch.NewDisposeScope();
        var (timesA, timesB) = RowResampling.Draw(first, second, resamples, seed);
        var values = Weighted(
            first.Rows(), second.Rows(), torch.tensor(timesA, [resamples, first.Count]), torch.tensor(timesB, [resamples, second.Count]));
        return [.. values.Where(double.IsFinite)];
    }

    /// <summary>One estimate per row of weights, <c>[R, N]</c> and <c>[R, M]</c>: how often each picture counts.</summary>
    private static double[] Weighted(Tensor x, Tensor y, Tensor timesX, Tensor timesY)
    {
        using var scope = torch.NewDisposeScope();
        var cross = timesX.matmul(Kernel(x, y)).mul(timesY).sum(1).div(timesX.sum(1).mul(timesY.sum(1)));
        return Within(x, timesX).add(Within(y, timesY)).sub(cross.mul(2)).contiguous().data<double>().ToArray();
    }

    private static Tensor Within(Tensor rows, Tensor times)
    {
        using var scope = torch.NewDisposeScope();
        var kernel = Kernel(rows, rows);
        var squares = times.square();
        var all = times.matmul(kernel).mul(times).sum(1).sub(squares.matmul(kernel.diagonal().unsqueeze(1)).squeeze(1));
        return all.div(times.sum(1).square().sub(squares.sum(1))).MoveToOuterDisposeScope();
    }

    private static Tensor Kernel(Tensor x, Tensor y) => x.matmul(y.transpose(0, 1)).div(x.size(1)).add(1).pow(3);

    private static Tensor Ones(int count) => torch.ones([1, count], dtype: torch.float64);

    private static Tensor Take(Tensor rows, IReadOnlyList<int> numbers) =>
        rows.index_select(0, torch.tensor(numbers.Select(number => (long)number).ToArray()));

    private static Tensor Marks(IReadOnlyList<IReadOnlyList<int>> subsets, int count)
    {
        var marks = new double[subsets.Count * count];
        for (var subset = 0; subset < subsets.Count; subset++)
        {
            foreach (var row in subsets[subset])
                marks[(subset * count) + row] = 1;
        }
        return torch.tensor(marks, [subsets.Count, count]);
    }

    private static int[] Choose(int count, int size, Random random)
    {
        var numbers = Enumerable.Range(0, count).ToArray();
        for (var i = 0; i < size; i++)
        {
            var other = random.Next(i, count);
            (numbers[i], numbers[other]) = (numbers[other], numbers[i]);
        }
        return numbers[..size];
    }

    private static void Check(FeatureSet first, FeatureSet second)
    {
        first.MustMatch(second);
        first.MustHave(2, "kernel distance");
        second.MustHave(2, "kernel distance");
    }
}

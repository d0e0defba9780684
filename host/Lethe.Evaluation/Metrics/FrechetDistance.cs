namespace Lethe.Evaluation.Metrics;

/// <summary>
/// The Fréchet distance of Heusel et al. (2017), called FID on Inception features:
/// <c>|μ_A - μ_B|² + Tr Σ_A + Tr Σ_B - 2 Tr (Σ_A Σ_B)^½</c>, covariances with divisor n - 1, all in double precision.
/// It cannot be negative; what rounding leaves below 0 is 0.
/// </summary>
public static class FrechetDistance
{
    /// <summary>The distance of two sets of pictures.</summary>
    /// <exception cref="ArgumentException">A set has fewer than two pictures, or the networks differ.</exception>
    public static double Between(FeatureSet first, FeatureSet second)
    {
        Check(first, second);
        using var scope = torch.NewDisposeScope();
        return Between(first.Rows(), null, second.Rows(), null);
    }

    /// <summary>The distance of two sets known by their moments, as for a reference set that comes as statistics.</summary>
    public static double Between(FeatureMoments first, FeatureMoments second)
    {
        var d = first.Mean.Count;
        if (first.Network != second.Network || second.Mean.Count != d || first.Covariance.Count != (long)d * d || second.Covariance.Count != (long)d * d)
            throw new ArgumentException(
                $"moments of `{second.Network}` ({second.Mean.Count} dimensions) compared with `{first.Network}` ({d}), expected one network");
        using var scope = torch.NewDisposeScope();
        var (a, b) = (torch.tensor(first.Covariance.ToArray(), [d, d]), torch.tensor(second.Covariance.ToArray(), [d, d]));
        var shift = torch.tensor(first.Mean.ToArray()).sub(torch.tensor(second.Mean.ToArray())).square().sum().ToDouble();
        return Math.Max(0, shift + Trace(a) + Trace(b) - 2 * TraceOfRoot(a, b));
    }

    /// <summary>Distances after resampling both sets with a fixed seed; see <see cref="RowResampling"/>.</summary>
    internal static IReadOnlyList<double> Resampled(FeatureSet first, FeatureSet second, int resamples, int seed)
    {
        Check(first, second);
        using var scope = torch.NewDisposeScope();
        var (a, b) = (first.Rows(), second.Rows());
        var (timesA, timesB) = RowResampling.Draw(first, second, resamples, seed);
        var distances = new List<double>(resamples);
        for (var resample = 0; resample < resamples; resample++)
        {
            using var inner = torch.NewDisposeScope();
            var (rowsA, countsA) = Drawn(a, timesA, resample);
            var (rowsB, countsB) = Drawn(b, timesB, resample);
            if (countsA.Sum() >= 2 && countsB.Sum() >= 2)
                distances.Add(Between(rowsA, countsA, rowsB, countsB));
        }
        return distances;
    }

    private static void Check(FeatureSet first, FeatureSet second)
    {
        first.MustMatch(second);
        first.MustHave(2, "covariance");
        second.MustHave(2, "covariance");
    }

    private static (Tensor Rows, double[] Counts) Drawn(Tensor rows, double[] times, int resample)
    {
        var n = (int)rows.size(0);
        var present = Enumerable.Range(0, n).Where(row => times[(resample * n) + row] > 0).ToList();
        var numbers = torch.tensor(present.Select(row => (long)row).ToArray());
        return (rows.index_select(0, numbers), [.. present.Select(row => times[(resample * n) + row])]);
    }

    private static double Between(Tensor first, double[]? countsA, Tensor second, double[]? countsB)
    {
        using var scope = torch.NewDisposeScope();
        var (meanA, a) = Centred(first, countsA);
        var (meanB, b) = Centred(second, countsB);
        var trace = a.square().sum().ToDouble() + b.square().sum().ToDouble();

        // Σ_A = XᵀX and Σ_B = YᵀY, so the eigenvalues of Σ_A Σ_B are the squared singular values of X Yᵀ. With fewer pictures
        // than dimensions this is smaller than the covariances, and no square root of a rounded zero adds up to an error.
        var root = Math.Min(a.size(0), b.size(0)) <= a.size(1)
            ? torch.linalg.svdvals(a.matmul(b.transpose(0, 1))).sum().ToDouble()
            : TraceOfRoot(a.transpose(0, 1).matmul(a), b.transpose(0, 1).matmul(b));
        return Math.Max(0, meanA.sub(meanB).square().sum().ToDouble() + trace - 2 * root);
    }

    /// <summary>The mean, and rows X with <c>XᵀX</c> the covariance.</summary>
    private static (Tensor Mean, Tensor Rows) Centred(Tensor rows, double[]? counts)
    {
        if (counts is null)
        {
            var mean = rows.mean([0]);
            return (mean, rows.sub(mean).div(Math.Sqrt(rows.size(0) - 1)));
        }
        var times = torch.tensor(counts, [counts.Length, 1]);
        var weighted = rows.mul(times).sum(dim: 0).div(counts.Sum());
        return (weighted, rows.sub(weighted).mul(times.sqrt()).div(Math.Sqrt(counts.Sum() - 1)));
    }

    /// <summary><c>Tr (Σ_A Σ_B)^½</c> from the symmetric product <c>Σ_A^½ Σ_B Σ_A^½</c>, whose eigenvalues are those of <c>Σ_A Σ_B</c>.</summary>
    private static double TraceOfRoot(Tensor a, Tensor b)
    {
        var (values, vectors) = torch.linalg.eigh(a);
        var root = vectors.mul(values.clamp(min: 0).sqrt().unsqueeze(0)).matmul(vectors.transpose(0, 1));
        var product = root.matmul(b).matmul(root);
        var (squares, _) = torch.linalg.eigh(product.add(product.transpose(0, 1)).div(2));
        return squares.clamp(min: 0).sqrt().sum().ToDouble();
    }

    private static double Trace(Tensor square) => square.diagonal().sum().ToDouble();
}

namespace Lethe.Evaluation.Metrics;

/// <summary>Mean and covariance (divisor n - 1) of features: all that the Fréchet distance needs of a large set.</summary>
public sealed record FeatureMoments
{
    /// <summary>Which network made the features.</summary>
    public required string Network { get; init; }

    /// <summary>Pictures behind the moments.</summary>
    public required long Count { get; init; }

    /// <summary>The mean, D numbers.</summary>
    public required IReadOnlyList<double> Mean { get; init; }

    /// <summary>The covariance, D x D numbers, row after row.</summary>
    public required IReadOnlyList<double> Covariance { get; init; }

    /// <summary>Moments of pictures that come in batches; only one batch is in memory at a time.</summary>
    /// <exception cref="ArgumentException">Fewer than two pictures, or batches of different networks.</exception>
    public static FeatureMoments Of(IEnumerable<FeatureSet> batches)
    {
        using var scope = torch.NewDisposeScope();
        FeatureSet? first = null;
        Tensor? shift = null, sum = null, products = null;
        long count = 0;
        foreach (var batch in batches)
        {
            if (batch.Count == 0)
                continue;
            using var inner = torch.NewDisposeScope();
            (first ??= batch).MustMatch(batch);
            var rows = batch.Rows();
            // Sums about the first picture: sums about 0 lose all digits when features vary little around a large value.
            shift ??= rows.narrow(0, 0, 1).clone().MoveToOuterDisposeScope();
            var shifted = rows.sub(shift);
            sum = Next(sum, shifted.sum(dim: 0));
            products = Next(products, shifted.transpose(0, 1).matmul(shifted));
            count += batch.Count;
        }
        if (count < 2)
            throw new ArgumentException($"covariance of {count} pictures, expected at least 2");
        var mean = sum!.div(count);
        var covariance = products!.sub(mean.unsqueeze(1).mul(mean.unsqueeze(0)).mul(count)).div(count - 1);
        return new FeatureMoments
        {
            Network = first!.Network,
            Count = count,
            Mean = mean.add(shift!.squeeze(0)).data<double>().ToArray(),
            Covariance = covariance.contiguous().data<double>().ToArray(),
        };

        static Tensor Next(Tensor? total, Tensor part)
        {
            if (total is null)
                return part.MoveToOuterDisposeScope();
            var next = total.add(part).MoveToOuterDisposeScope();
            total.Dispose();
            return next;
        }
    }
}

namespace Lethe.Evaluation.Metrics;

/// <summary>
/// A perceptual distance of two pictures, made as LPIPS (Zhang et al., 2018; metrics.md 6) on another network's levels.
/// Deviation: no learned channel weights exist for that network, so all are 1, and levels are averaged, not summed, so
/// that the value stays in [0, 4]. It is not comparable with LPIPS values.
/// </summary>
public static class FeatureDistance
{
    /// <summary>Profile of the figures made of it.</summary>
    public const string Profile = "unit-channels-judge";

    // LPIPS adds it to the norm, not under the root.
    private const double Epsilon = 1e-10;

    /// <summary>
    /// <c>mean over levels, mean over positions of |F_A/(|F_A| + ε) - F_B/(|F_B| + ε)|²</c>, norms over channels: 0 for equal pictures.
    /// </summary>
    /// <param name="first">Maps of each level, <c>[B, C, H, W]</c>; not disposed.</param>
    /// <param name="second">Maps of the same shapes; not disposed.</param>
    /// <returns>One distance per pair.</returns>
    public static IReadOnlyList<double> Between(IReadOnlyList<Tensor> first, IReadOnlyList<Tensor> second)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        return MeanOfLevels(first, second, map =>
        {
            var wide = map.to(torch.float64);
            return wide.div(wide.square().sum([1], keepdim: true).sqrt().add(Epsilon));
        }).contiguous().data<double>().ToArray();
    }

    /// <summary>The mean distance of all pairs as something to train on, a scalar with a graph in the maps' own precision.</summary>
    /// <param name="first">Maps of each level, <c>[B, C, H, W]</c>; not disposed.</param>
    /// <param name="second">Maps of the same shapes; not disposed.</param>
    public static Tensor Loss(IReadOnlyList<Tensor> first, IReadOnlyList<Tensor> second)
    {
        using var scope = torch.NewDisposeScope();
        // Under the root: where no channel answers, the norm alone has no finite gradient.
        return MeanOfLevels(first, second, map => map.div(map.square().sum([1], keepdim: true).add(1e-6).sqrt())).mean().MoveToOuterDisposeScope();
    }

    private static Tensor MeanOfLevels(IReadOnlyList<Tensor> first, IReadOnlyList<Tensor> second, Func<Tensor, Tensor> unit)
    {
        if (first.Count == 0 || first.Count != second.Count)
            throw new ArgumentException($"{first.Count} and {second.Count} levels, expected as many and at least 1");
        var levels = first.Zip(second, (a, b) =>
        {
            if (a.dim() != 4 || !a.shape.AsSpan().SequenceEqual(b.shape))
                throw new ArgumentException(
                    $"maps have shapes `[{string.Join(", ", a.shape)}]` and `[{string.Join(", ", b.shape)}]`, expected one shape `[B, C, H, W]`");
            return unit(a).sub(unit(b)).square().sum(1).mean([1, 2]);
        }).ToList();
        return torch.stack(levels).mean([0]);
    }
}

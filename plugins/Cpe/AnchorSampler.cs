namespace Lethe.Plugins.Cpe;

/// <summary>
/// Draws what must stay: noisy mixtures of anchor prompts and the empty prompt (section 4.2 of the paper). Two rows are drawn, each gets
/// noise of <c>scale |E|</c> an element, |E| over the whole prompt, and they are mixed with m from Beta(1, 1).
/// </summary>
internal sealed class AnchorSampler
{
    private readonly IReadOnlyList<Tensor> _anchors;
    private readonly double[] _norms;
    private readonly Tensor _empty;
    private readonly double _noise;
    private readonly bool _mixup;

    /// <param name="anchors"><c>[T, D]</c> each, any floating type; not disposed.</param>
    /// <param name="empty"><c>[1, T, D]</c>: the empty prompt, which is always among the anchors, without noise; not disposed.</param>
    /// <param name="noise">Scale of the noise, at least 0.</param>
    /// <param name="mixup">Whether rows are mixed.</param>
    public AnchorSampler(IReadOnlyList<Tensor> anchors, Tensor empty, double noise, bool mixup)
    {
        (_anchors, _empty, _noise, _mixup) = (anchors, empty, noise, mixup);
        using var still = torch.no_grad();
        _norms = [.. anchors.Select(Norm)];
    }

    /// <summary><c>[count + 1, T, D]</c> in the type of the empty prompt; the caller disposes it.</summary>
    public Tensor Draw(int count, torch.Generator generator)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        if (_anchors.Count == 0)
            return _empty.clone().MoveToOuterDisposeScope();
        var rows = torch.randint(_anchors.Count, [2, count], generator: generator).data<long>().ToArray();
        var shares = _mixup ? torch.rand([count], ScalarType.Float64, generator: generator).data<double>().ToArray() : [.. Enumerable.Repeat(1.0, count)];
        var first = Gather(rows.AsSpan(0, count));
        var mixed = first;
        if (_mixup)
        {
            var share = torch.tensor(shares, [count, 1, 1], _empty.dtype);
            var second = Gather(rows.AsSpan(count));
            mixed = second + (first - second) * share;
        }

        if (_noise > 0)
        {
            // The sum of two independent normal variables is normal: one draw has the distribution of both rows' noise.
            var deviations = shares.Select((m, i) => _noise * Math.Sqrt(Square(m * _norms[rows[i]]) + Square((1 - m) * _norms[rows[count + i]]))).ToArray();
            mixed = mixed + torch.randn(mixed.shape, _empty.dtype, generator: generator) * torch.tensor(deviations, [count, 1, 1], _empty.dtype);
        }

        return torch.cat([_empty, mixed]).MoveToOuterDisposeScope();
    }

    private Tensor Gather(ReadOnlySpan<long> rows)
    {
        var picked = new List<Tensor>(rows.Length);
        foreach (var row in rows)
            picked.Add(_anchors[(int)row]);
        return torch.stack(picked).to(_empty.dtype);
    }

    private static double Norm(Tensor anchor)
    {
        using var scope = torch.NewDisposeScope();
        return anchor.to(ScalarType.Float32).norm().item<float>();
    }

    private static double Square(double value) => value * value;
}

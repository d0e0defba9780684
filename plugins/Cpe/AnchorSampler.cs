using System.Runtime.InteropServices;

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
    /// <param name="empty"><c>[1, T, D]</c>, float32: the empty prompt, which is always among the anchors, without noise; not disposed.</param>
    /// <param name="noise">Scale of the noise, at least 0.</param>
    /// <param name="mixup">Whether rows are mixed.</param>
    public AnchorSampler(IReadOnlyList<Tensor> anchors, Tensor empty, double noise, bool mixup)
    {
        (_anchors, _empty, _noise, _mixup) = (anchors, empty, noise, mixup);
        using var still = torch.no_grad();
        _norms = [.. anchors.Select(Norm)];
    }

    /// <summary><c>[count + 1, T, D]</c>, float32; the caller disposes it.</summary>
    /// <param name="count">How many, without the empty prompt.</param>
    /// <param name="generator">Draws them.</param>
    public Tensor Draw(int count, torch.Generator generator)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        if (_anchors.Count == 0)
            return _empty.clone().MoveToOuterDisposeScope();
        var rows = torch.randint(_anchors.Count, [2, count], generator: generator).data<long>().ToArray();
        var seeds = torch.randint(long.MaxValue, [count], generator: generator).data<long>().ToArray();
        var shares = _mixup ? torch.rand([count], ScalarType.Float64, generator: generator).data<double>().ToArray() : [.. Enumerable.Repeat(1.0, count)];
        var drawn = torch.empty([count + 1, .. _empty.shape[1..]]);
        drawn.narrow(0, 0, 1).copy_(_empty);
        // One prompt after the other and in place: it stays in the processor's cache from its noise to its mixture.
        for (var i = 0; i < count; i++)
        {
            var (first, second, share) = (rows[i], rows[count + i], shares[i]);
            var prompt = drawn[i + 1];
            // The sum of two independent normal variables is normal: one draw has the distribution of both rows' noise.
            var deviation = _noise * Math.Sqrt(Square(share * _norms[first]) + Square((1 - share) * _norms[second]));
            GaussianNoise.Fill(MemoryMarshal.Cast<byte, float>(prompt.bytes), (float)deviation, (ulong)seeds[i]);
            prompt.add_(_anchors[(int)first].to(prompt.dtype), share);
            if (_mixup)
                prompt.add_(_anchors[(int)second].to(prompt.dtype), 1 - share);
        }

        return drawn.MoveToOuterDisposeScope();
    }

    private static double Norm(Tensor anchor)
    {
        using var scope = torch.NewDisposeScope();
        return anchor.to(ScalarType.Float32).norm().item<float>();
    }

    private static double Square(double value) => value * value;
}

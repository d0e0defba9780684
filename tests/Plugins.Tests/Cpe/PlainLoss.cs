using Lethe.Plugins.Cpe;

namespace Plugins.Tests.Cpe;

/// <summary>
/// The losses as the paper writes them, with frozen and adapted projections of every input: the readable reference for
/// <see cref="CpeLoss"/>. Y = X W' is the frozen projection, Y' = Y + h Up the adapted one.
/// </summary>
internal sealed class PlainLoss(FrozenProjections frozen, TrainableAdapter adapter, double eta)
{
    /// <summary>Eq. 9.</summary>
    public Tensor Erase(Tensor target, Tensor surrogate) => Distance(target, (weight, _) => Wanted(weight, target, surrogate));

    /// <summary>Middle term of Eq. 12.</summary>
    public Tensor Robust(Tensor target, Tensor surrogate, Tensor attacks) =>
        Distance(target + attacks, (weight, _) => Wanted(weight, target, surrogate));

    /// <summary>Eq. 10.</summary>
    public Tensor Anchor(Tensor anchors) => Distance(anchors, (weight, states) => states.matmul(weight.mT));

    /// <summary>Eq. 11.</summary>
    public Tensor Attack(Tensor target, Tensor attacks) => Distance(target + attacks, (weight, _) => target.matmul(weight.mT));

    private Tensor Wanted(Tensor weight, Tensor target, Tensor surrogate)
    {
        var (toTarget, toSurrogate) = (target.matmul(weight.mT), surrogate.matmul(weight.mT));
        return toSurrogate + (toSurrogate - toTarget) * eta;
    }

    private Tensor Distance(Tensor states, Func<Tensor, Tensor, Tensor> wanted)
    {
        var codes = adapter.Codes(states);
        var rank = adapter.Up.shape[0];
        var terms = frozen.Layout.Projections.Select((projection, p) =>
        {
            var weight = frozen.Weights.narrow(0, projection.Offset, projection.Width);
            var up = adapter.Up.narrow(1, projection.Offset, projection.Width);
            var adapted = states.matmul(weight.mT) + codes.narrow(2, p * rank, rank).matmul(up);
            return (wanted(weight, states) - adapted).square().mean() * frozen.Coefficients[p];
        });
        return torch.stack(terms).mean();
    }
}

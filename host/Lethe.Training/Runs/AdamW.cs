namespace Lethe.Training.Runs;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019) over one flat vector.</summary>
/// <remarks><see cref="torch.optim"/> keeps its moments to itself; a run that must continue with the same bytes has to save them.</remarks>
internal sealed class AdamW(FlatWeights weights, RunSettings settings) : IDisposable
{
    private const double Epsilon = 1e-8;

    /// <summary>Running mean of the gradients.</summary>
    public Tensor First { get; } = torch.zeros([weights.Count]).DetachFromDisposeScope();

    /// <summary>Running mean of the squared gradients.</summary>
    public Tensor Second { get; } = torch.zeros([weights.Count]).DetachFromDisposeScope();

    /// <summary>Updates one piece of the weights in place; <paramref name="step"/> counts from 0. Pieces may be updated side by side.</summary>
    /// <param name="gradient">The piece's gradient, <c>[count]</c>; used up.</param>
    /// <param name="start">Where the piece starts.</param>
    /// <param name="step">Steps done before this one.</param>
    /// <param name="rate">Learning rate.</param>
    public void Step(Tensor gradient, long start, long step, double rate)
    {
        using var scope = torch.NewDisposeScope();
        var (beta1, beta2) = (settings.Beta1, settings.Beta2);
        var count = gradient.numel();
        var (first, second, values) = (First.narrow(0, start, count), Second.narrow(0, start, count), weights.Values.narrow(0, start, count));
        first.lerp_(gradient, 1 - beta1);
        second.lerp_(gradient.mul_(gradient), 1 - beta2);
        var decaying = Math.Clamp(weights.DecayCount - start, 0, count);
        values.narrow(0, 0, decaying).mul_(1 - (rate * settings.WeightDecay));
        var spread = second.div(1 - Math.Pow(beta2, step + 1)).sqrt_().add_(Epsilon);
        values.sub_(first.div(spread).mul_(rate / (1 - Math.Pow(beta1, step + 1))));
    }

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }
}

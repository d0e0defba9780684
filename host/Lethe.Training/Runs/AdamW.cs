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

    /// <summary>Updates the weights in place; <paramref name="step"/> counts from 0.</summary>
    public void Step(Tensor gradient, long step, double rate)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var (beta1, beta2) = (settings.Beta1, settings.Beta2);
        First.lerp_(gradient, 1 - beta1);
        Second.lerp_(gradient.square(), 1 - beta2);
        weights.Values.narrow(0, 0, weights.DecayCount).mul_(1 - (rate * settings.WeightDecay));
        var spread = Second.div(1 - Math.Pow(beta2, step + 1)).sqrt_().add_(Epsilon);
        weights.Values.sub_(First.div(spread).mul_(rate / (1 - Math.Pow(beta1, step + 1))));
    }

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }
}

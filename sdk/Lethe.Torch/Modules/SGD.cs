namespace Lethe.Torch.Modules;

/// <summary>Stochastic gradient descent with momentum.</summary>
public sealed class SGD : torch.optim.Optimizer
{
    private readonly double _momentum;
    private readonly double _dampening;
    private readonly double _weightDecay;
    private readonly bool _nesterov;
    private readonly torch.Tensor?[] _velocity;

    internal SGD(IEnumerable<Parameter> parameters, double learningRate, double momentum, double dampening, double weightDecay, bool nesterov)
        : base(parameters, learningRate)
    {
        (_momentum, _dampening, _weightDecay, _nesterov) = (momentum, dampening, weightDecay, nesterov);
        _velocity = new torch.Tensor?[Parameters.Length];
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var velocity in _velocity)
            velocity?.Dispose();
        base.Dispose(disposing);
    }

    private protected override void Step(int[] active, torch.Tensor[] grads)
    {
        for (var i = 0; i < active.Length; i++)
        {
            var parameter = Parameters[active[i]];
            var grad = _weightDecay != 0 ? grads[i].add(parameter, _weightDecay) : grads[i];
            parameter.add_(_momentum != 0 ? WithMomentum(active[i], grad) : grad, -LearningRate);
        }
    }

    private torch.Tensor WithMomentum(int index, torch.Tensor grad)
    {
        // As PyTorch: the first velocity is the gradient itself, undamped.
        if (_velocity[index] is { } velocity)
            velocity.mul_(_momentum).add_(grad, 1 - _dampening);
        else
            _velocity[index] = velocity = grad.clone().DetachFromDisposeScope();
        return _nesterov ? grad.add(velocity, _momentum) : velocity;
    }
}

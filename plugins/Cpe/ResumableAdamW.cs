using Lethe.Torch.Modules;

namespace Lethe.Plugins.Cpe;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) whose moments can be saved, which the engine's cannot: betas 0.9 and 0.999, eps 1e-8, decay 0.01.
/// Deviation: the authors keep moments in 8 bits. Raising eps would leave the gate at its start (see <see cref="TrainableAdapter.Create"/>).
/// </summary>
internal sealed class ResumableAdamW : IDisposable
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8, Decay = 0.01;

    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly List<Tensor> _first, _second;

    /// <param name="parameters">What to train; not disposed.</param>
    public ResumableAdamW(IReadOnlyList<Parameter> parameters)
    {
        _parameters = parameters;
        _first = [.. parameters.Select(parameter => torch.zeros_like(parameter).DetachFromDisposeScope())];
        _second = [.. parameters.Select(parameter => torch.zeros_like(parameter).DetachFromDisposeScope())];
    }

    /// <summary>Steps done.</summary>
    public int Steps { get; private set; }

    /// <summary>The moments by name, not copied.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State =>
        _first.Select((moment, i) => KeyValuePair.Create($"first-{i}", moment)).Concat(_second.Select((moment, i) => KeyValuePair.Create($"second-{i}", moment)));

    /// <summary>Goes on from saved moments.</summary>
    public void Restore(IReadOnlyDictionary<string, Tensor> state, int steps)
    {
        Steps = steps;
        foreach (var (name, moment) in State)
            moment.copy_(state[name]);
    }

    /// <summary>One step with the gradients that the parameters have; they are forgotten afterwards.</summary>
    public void Step(double rate)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        Steps++;
        var (bias1, bias2) = (1 - Math.Pow(Beta1, Steps), 1 - Math.Pow(Beta2, Steps));
        for (var i = 0; i < _parameters.Count; i++)
        {
            var grad = _parameters[i].grad ?? throw new InvalidOperationException($"parameter {i} has no gradient");
            var (first, second) = (_first[i], _second[i]);
            _parameters[i].mul_(1 - rate * Decay);
            first.mul_(Beta1).add_(grad, 1 - Beta1);
            second.mul_(Beta2).add_(grad * grad, 1 - Beta2);
            _parameters[i].sub_(first / (second.sqrt() / Math.Sqrt(bias2) + Epsilon) * (rate / bias1));
            _parameters[i].grad = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, moment) in State)
            moment.Dispose();
    }
}

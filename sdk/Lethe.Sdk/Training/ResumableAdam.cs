namespace Lethe.Sdk.Training;

/// <summary>
/// Adam (Kingma and Ba 2015) or, with decay, AdamW (Loshchilov and Hutter 2019), whose whole state can be saved: betas 0.9 and 0.999,
/// eps 1e-8. A parameter without a gradient stays as it is, and so do its moments and its own count of steps, as in PyTorch from 2.0 on.
/// </summary>
public sealed class ResumableAdam : IDisposable
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly double _decay;
    private readonly List<Tensor> _first, _second;
    private readonly Tensor _steps;

    /// <summary>Starts with moments of zero.</summary>
    /// <param name="parameters">What to train, always in the same order; not disposed.</param>
    /// <param name="decay">Decoupled weight decay, at least 0; 0 is plain Adam.</param>
    public ResumableAdam(IReadOnlyList<Parameter> parameters, double decay = 0)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfNegative(decay);
        (_parameters, _decay) = (parameters, decay);
        _first = [.. parameters.Select(parameter => torch.zeros_like(parameter).DetachFromDisposeScope())];
        _second = [.. parameters.Select(parameter => torch.zeros_like(parameter).DetachFromDisposeScope())];
        _steps = torch.zeros([parameters.Count], ScalarType.Int64).DetachFromDisposeScope();
        State = Named();
    }

    /// <summary>
    /// Moments and counts of steps as <c>first-0</c>, <c>second-0</c>, ..., <c>steps</c>: the tensors in use, neither copied nor to be disposed.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>Goes on from a saved <see cref="State"/>; other entries are not looked at.</summary>
    /// <param name="state">The saved tensors; not disposed.</param>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape.</exception>
    public void Restore(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        State.CopyFrom(state);
    }

    /// <summary>One step with the gradients that the parameters have; they are forgotten afterwards.</summary>
    /// <param name="rate">Learning rate of this step, at least 0.</param>
    public void Step(double rate)
    {
        using var still = torch.no_grad();
        var steps = _steps.data<long>().ToArray();
        for (var i = 0; i < _parameters.Count; i++)
        {
            // A scope for each: the intermediate results of a whole network are several times its size.
            using var scope = torch.NewDisposeScope();
            if (_parameters[i].grad is not { } grad)
                continue;
            var (parameter, first, second, step) = (_parameters[i], _first[i], _second[i], ++steps[i]);
            var (bias1, bias2) = (1 - Math.Pow(Beta1, step), 1 - Math.Pow(Beta2, step));
            if (_decay > 0)
                parameter.mul_(1 - rate * _decay);
            first.mul_(Beta1).add_(grad, 1 - Beta1);
            second.mul_(Beta2).add_(grad * grad, 1 - Beta2);
            parameter.sub_(first / (second.sqrt() / Math.Sqrt(bias2) + Epsilon) * (rate / bias1));
            parameter.grad = null;
        }

        using var counts = torch.tensor(steps);
        _steps.copy_(counts);
    }

    /// <summary>Forgets gradients that are not to be used.</summary>
    public void ZeroGrad()
    {
        foreach (var parameter in _parameters)
            parameter.grad = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in State.Values)
            tensor.Dispose();
    }

    private SortedDictionary<string, Tensor> Named()
    {
        var state = new SortedDictionary<string, Tensor>(StringComparer.Ordinal) { ["steps"] = _steps };
        for (var i = 0; i < _parameters.Count; i++)
        {
            state.Add($"first-{i}", _first[i]);
            state.Add($"second-{i}", _second[i]);
        }

        return state;
    }
}

namespace Lethe.Torch.Modules;

/// <summary>Adam (Kingma and Ba, 2015).</summary>
public class Adam : torch.optim.Optimizer
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _eps;
    private readonly double _weightDecay;
    private readonly bool _decoupled;
    private readonly torch.Tensor?[] _firstMoments;
    private readonly torch.Tensor?[] _secondMoments;
    private readonly long[] _steps;

    internal Adam(IEnumerable<Parameter> parameters, double lr, double beta1, double beta2, double eps, double weightDecay, bool decoupled)
        : base(parameters, lr)
    {
        (_beta1, _beta2, _eps, _weightDecay, _decoupled) = (beta1, beta2, eps, weightDecay, decoupled);
        _firstMoments = new torch.Tensor?[Parameters.Length];
        _secondMoments = new torch.Tensor?[Parameters.Length];
        _steps = new long[Parameters.Length];
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var moment in _firstMoments.Concat(_secondMoments))
            moment?.Dispose();
        base.Dispose(disposing);
    }

    private protected override void Step(int[] active, torch.Tensor[] grads)
    {
        // Parameters that missed a step have another bias correction; each group of equal counts is one set of native calls.
        foreach (var group in active.Select((parameter, position) => (parameter, position)).GroupBy(pair => ++_steps[pair.parameter]))
        {
            var indices = group.Select(pair => pair.parameter).ToArray();
            Step(indices, group.Select(pair => grads[pair.position]).ToArray(), group.Key);
        }
    }

    private void Step(int[] active, torch.Tensor[] grads, long step)
    {
        var parameters = Pick(active);
        var first = Moments(_firstMoments, active);
        var second = Moments(_secondMoments, active);
        if (_weightDecay != 0 && _decoupled)
            torch.ForEach.Mul(parameters, 1 - LearningRate * _weightDecay);
        else if (_weightDecay != 0)
            grads = Array.ConvertAll(grads.Zip(parameters).ToArray(), pair => pair.First.add(pair.Second, _weightDecay));

        // m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  p -= lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps)
        torch.ForEach.Mul(first, _beta1);
        torch.ForEach.Add(first, grads, 1 - _beta1);
        torch.ForEach.Mul(second, _beta2);
        torch.ForEach.AddCMul(second, grads, grads, 1 - _beta2);
        var denominators = torch.ForEach.Sqrt(second);
        torch.ForEach.Div(denominators, Math.Sqrt(1 - Math.Pow(_beta2, step)));
        torch.ForEach.AddScalar(denominators, _eps);
        torch.ForEach.AddCDiv(parameters, first, denominators, -LearningRate / (1 - Math.Pow(_beta1, step)));
    }

    private torch.Tensor[] Moments(torch.Tensor?[] moments, int[] active) =>
        Array.ConvertAll(active, i => moments[i] ??= torch.zeros_like(Parameters[i]).DetachFromDisposeScope());
}

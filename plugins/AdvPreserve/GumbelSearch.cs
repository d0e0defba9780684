using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Training;

namespace Lethe.Plugins.AdvPreserve;

/// <summary>
/// The adversary: a categorical distribution over each concept's candidates, climbed with Gumbel-softmax samples (Jang et
/// al. 2017). With logits pi, Gumbel noise G and temperature tau,
/// <code>
/// y = softmax((pi + G) / tau),   c_a = R' onehot(argmax y)   (hard, gradient as if c_a = R' y)   or   c_a = R' y   (soft)
/// dL/dpi = 1/tau * y (v - y . v),   v = R dL/dc_a
/// </code>
/// The logits stay free numbers, as in the authors' program. Deviations: the gradient is written out, so that a hard sample costs one row and no
/// product with a one-hot vector; a concept that was not drawn keeps its logits and moments (the program's old engine let them drift on);
/// a search step changes nothing but the logits, a weight step never changes them (the program computes both gradients and drops one).
/// </summary>
internal sealed class GumbelSearch : IDisposable
{
    private const double Tiny = 1e-10;

    private readonly IReadOnlyList<CandidateSet> _candidates;
    private readonly List<Parameter> _logits;
    private readonly ResumableAdam _adam;
    private readonly double _temperature;
    private readonly bool _hard;

    /// <param name="candidates">One set for each concept; not disposed.</param>
    /// <param name="temperature">tau.</param>
    /// <param name="hard">One word at a time.</param>
    public GumbelSearch(IReadOnlyList<CandidateSet> candidates, double temperature, bool hard)
    {
        (_candidates, _temperature, _hard) = (candidates, temperature, hard);
        using var scope = torch.NewDisposeScope();
        _logits = [.. candidates.Select(set => TrainableParameters.Leaf(torch.full([set.Words.Count], 1.0 / set.Words.Count, device: set.Rows.device)))];
        _adam = new ResumableAdam(_logits);
    }

    /// <summary>A sample of the distribution.</summary>
    /// <param name="Concept">Whose candidates.</param>
    /// <param name="Word">Index of the most likely word of the sample.</param>
    /// <param name="Weights"><c>y [n]</c>.</param>
    public sealed record Sample(int Concept, int Word, Tensor Weights);

    /// <summary>Logits and optimiser state, for the checkpoint.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _logits.Select((logits, i) => KeyValuePair.Create($"logits-{i}", (Tensor)logits))
        .Concat(_adam.State).ToDictionary();

    /// <summary>The logits of a concept, <c>[n]</c>; this object's own.</summary>
    public Tensor Logits(int concept) => _logits[concept];

    /// <summary>Draws, with fresh Gumbel noise.</summary>
    public Sample Draw(int concept, torch.Generator generator)
    {
        using var still = torch.no_grad();
        var logits = _logits[concept];
        var uniform = torch.rand([logits.shape[0]], generator: generator).to(logits.device);
        var gumbel = -(-(uniform + Tiny).log() + Tiny).log();
        var weights = ((logits + gumbel) / _temperature).softmax(0);
        return new Sample(concept, (int)weights.argmax().item<long>(), weights);
    }

    /// <summary>c_a as one row, <c>[L D]</c>, without gradient: exactly a word's embedding when hard.</summary>
    public Tensor Embedding(Sample sample)
    {
        using var still = torch.no_grad();
        var rows = _candidates[sample.Concept].Rows;
        return _hard ? rows[sample.Word].clone() : rows.mT.mv(sample.Weights);
    }

    /// <summary><c>dL/dpi [n]</c> from <c>dL/dc_a</c>.</summary>
    public Tensor GradientOf(Sample sample, Tensor gradient)
    {
        using var still = torch.no_grad();
        var v = _candidates[sample.Concept].Rows.mv(gradient.flatten());
        return sample.Weights * (v - sample.Weights.dot(v)) / _temperature;
    }

    /// <summary>Climbs: one step of Adam on <c>-L</c>.</summary>
    /// <param name="sample">What was drawn.</param>
    /// <param name="gradient"><c>dL/dc_a</c>, any shape of L D elements.</param>
    /// <param name="rate">Learning rate.</param>
    public void Climb(Sample sample, Tensor gradient, double rate)
    {
        _logits[sample.Concept].grad = -GradientOf(sample, gradient);
        _adam.Step(rate);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _adam.Dispose();
        foreach (var logits in _logits)
            logits.Dispose();
    }
}

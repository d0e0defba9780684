namespace Lethe.Sdk.Losses;

/// <summary>A weighted sum of loss terms that remembers what each term was worth.</summary>
public sealed class WeightedLosses
{
    private readonly List<(double Weight, ILossTerm Term)> _terms = [];

    /// <summary>The unweighted value of each term at the last step, by name; a later step does not change what was handed out.</summary>
    public IReadOnlyDictionary<string, double> Values { get; private set; } = new SortedDictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Adds a term.</summary>
    /// <param name="weight">Its weight, at least 0; a term of weight 0 is neither computed nor reported.</param>
    /// <param name="term">The term; its name must be new.</param>
    /// <returns>This object.</returns>
    public WeightedLosses Add(double weight, ILossTerm term)
    {
        ArgumentNullException.ThrowIfNull(term);
        if (!double.IsFinite(weight) || weight < 0)
            throw new ArgumentOutOfRangeException(nameof(weight), weight, $"weight of loss term `{term.Name}` must be at least 0");
        if (_terms.Exists(pair => pair.Term.Name == term.Name))
            throw new ArgumentException($"loss term `{term.Name}` is given twice", nameof(term));
        if (weight > 0)
            _terms.Add((weight, term));
        return this;
    }

    /// <summary>The weighted sum.</summary>
    /// <param name="step">The step's networks and tensors.</param>
    /// <returns>A scalar with gradients; the caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">No term has a weight above 0, or the step lacks a tensor.</exception>
    public Tensor Total(LossStep step)
    {
        if (_terms.Count == 0)
            throw new InvalidOperationException("no loss term has a weight above 0");

        using var scope = torch.NewDisposeScope();
        var values = _terms.ConvertAll(pair => pair.Term.Value(step));
        var named = new SortedDictionary<string, double>(StringComparer.Ordinal);
        Tensor? total = null;
        for (var i = 0; i < values.Count; i++)
        {
            named[_terms[i].Term.Name] = values[i].detach().to(torch.float64).ToDouble();
            var weighted = values[i] * _terms[i].Weight;
            total = total is null ? weighted : total + weighted;
        }

        Values = named;
        return total!.MoveToOuterDisposeScope();
    }
}

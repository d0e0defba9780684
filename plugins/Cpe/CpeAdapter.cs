using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Lethe.Plugins.Cpe;

/// <summary>
/// Adapters of any number of concepts on a model. Gates, winners and attended states depend on the prompt alone: they are computed
/// at its first projection and serve all others; on the processor, wherever the model is. Not safe for concurrent use.
/// </summary>
/// <param name="concepts">At least one; several must be gated.</param>
internal sealed class CpeAdapter(IReadOnlyList<ConceptAdapter> concepts) : IJoiningAdapter, IDisposable
{
    private readonly HashSet<string> _served = new(StringComparer.Ordinal);
    private Tensor? _states;
    private PromptResidual? _residual;

    /// <summary>Multiplies the additions: 0 is the model itself.</summary>
    public double Strength { get; init; } = 1;

    /// <summary>The concepts.</summary>
    public IReadOnlyList<ConceptAdapter> Concepts { get; } = concepts;

    /// <inheritdoc/>
    public Tensor Apply(CrossAttentionLayer layer, Projection projection, Tensor textStates, Tensor projected)
    {
        var name = AdapterLayout.NameOf(layer.Name, projection);
        using var scope = torch.NewDisposeScope();
        // A projection that is asked for again begins a new pass, even when the caller filled the same tensor with another prompt.
        if (!ReferenceEquals(_states, textStates) || _served.Contains(name) || _residual!.RecordsGradients != torch.is_grad_enabled())
        {
            Forget();
            (_states, _residual) = (textStates, PromptResidual.Of(Concepts, textStates.cpu()));
        }

        var changed = projected + (_residual.Addition(name) * Strength).to(projected);
        _served.Add(name);
        if (_served.Count == Concepts[0].ProjectionCount)
            Forget();
        return changed.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public IProjectionAdapter? TryJoin(IProjectionAdapter next) =>
        // Without a gate there is nothing to compare: such additions are summed, as those of any two adapters.
        next is CpeAdapter other && Concepts.Concat(other.Concepts).All(concept => concept.Gated)
            ? new CpeAdapter([.. Concepts, .. other.Concepts]) { Strength = Strength }
            : null;

    /// <inheritdoc/>
    public void Dispose() => Forget();

    // A finished pass leaves nothing behind: every projection has had its share.
    private void Forget()
    {
        _residual?.Dispose();
        _served.Clear();
        (_states, _residual) = (null, null);
    }
}

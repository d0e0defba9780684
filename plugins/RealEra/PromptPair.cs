using Lethe.Sdk.Diffusion;

namespace Lethe.Plugins.RealEra;

/// <summary>The text states of a concept's sentence and of its anchor's. Owns them.</summary>
internal sealed class PromptPair : IDisposable
{
    /// <param name="encoder">The model's text encoder.</param>
    /// <param name="concept">The sentence p.</param>
    /// <param name="anchor">The sentence p*.</param>
    public PromptPair(ITextEncoder encoder, Sentence concept, Sentence anchor)
    {
        using var scope = torch.NewDisposeScope();
        Rows = PairedRows.Of(encoder, concept, anchor);
        var states = encoder.Encode([concept.Text, anchor.Text]);
        Target = states.narrow(0, 0, 1).clone().DetachFromDisposeScope();
        Anchor = states.narrow(0, 1, 1).clone().DetachFromDisposeScope();
        // X and X*: the concept's rows to the end, and what they become.
        Concept = Picked(Target, Rows.Rows).DetachFromDisposeScope();
        Becomes = Picked(Anchor, Rows.AnchorRows).DetachFromDisposeScope();
    }

    public PairedRows Rows { get; }

    /// <summary><c>[1, L, D]</c>: all states of p.</summary>
    public Tensor Target { get; }

    /// <summary><c>[1, L, D]</c>: all states of p*.</summary>
    public Tensor Anchor { get; }

    /// <summary><c>X [n, D]</c>.</summary>
    public Tensor Concept { get; }

    /// <summary><c>X* [n, D]</c>.</summary>
    public Tensor Becomes { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Target.Dispose();
        Anchor.Dispose();
        Concept.Dispose();
        Becomes.Dispose();
    }

    private static Tensor Picked(Tensor states, IReadOnlyList<long> rows) =>
        states.select(0, 0).index_select(0, torch.tensor([.. rows], device: states.device));
}

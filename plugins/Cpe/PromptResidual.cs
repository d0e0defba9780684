namespace Lethe.Plugins.Cpe;

/// <summary>
/// What adapters add for one batch of prompts. Of several concepts each token takes the one with the largest gate alone
/// (the paper's merge): <c>n*(t) = argmax gamma_n(t)</c>, <c>M_t = gamma C</c> of that concept.
/// </summary>
internal sealed class PromptResidual : IDisposable
{
    private readonly (ConceptAdapter Concept, Tensor Attended)[] _parts;
    private readonly Tensor? _places;
    private readonly (long Batch, long Tokens) _shape;

    private PromptResidual((ConceptAdapter, Tensor)[] parts, Tensor? places, (long, long) shape) =>
        (_parts, _places, _shape, RecordsGradients) = (parts, places, shape, torch.is_grad_enabled());

    /// <summary>Whether it was made while gradients were recorded.</summary>
    public bool RecordsGradients { get; }

    /// <summary>Computes gates, winners and <c>M</c>.</summary>
    /// <param name="concepts">At least one.</param>
    /// <param name="states"><c>[B, T, D]</c>; not disposed.</param>
    public static PromptResidual Of(IReadOnlyList<ConceptAdapter> concepts, Tensor states)
    {
        using var scope = torch.NewDisposeScope();
        var shape = (states.shape[0], states.shape[1]);
        if (concepts.Count == 1)
            return new PromptResidual([(concepts[0], Rows(Attended(concepts[0], states)).DetachFromDisposeScope())], null, shape);

        var attention = torch.stack(concepts.Select(concept => ResidualAttentionGate.Attention(states, concept.Query, concept.Key)));
        var logits = torch.stack(concepts.Select((concept, n) => ResidualAttentionGate.Logits(attention[n], states, concept.Scaler)));
        // Compared before the sigmoid, which saturates to exactly 1; of equal gates the first concept's wins.
        var winner = logits.argmax(0);
        var gate = logits.gather(0, winner.unsqueeze(0)).squeeze(0).sigmoid().unsqueeze(-1);
        var chosen = winner.unsqueeze(0).unsqueeze(-1).expand([1, .. attention.shape[1..]]);
        var attended = Rows(gate * attention.gather(0, chosen).squeeze(0).matmul(states));
        return Grouped(concepts, attended, winner.contiguous().data<long>().ToArray(), shape);
    }

    /// <summary>The addition to one projection, <c>[B, T, d]</c>; the caller disposes it.</summary>
    /// <param name="projection">Name in adapter files.</param>
    public Tensor Addition(string projection)
    {
        using var scope = torch.NewDisposeScope();
        var rows = torch.cat([.. _parts.Select(part =>
            part.Attended.matmul(part.Concept.Down(projection)).matmul(part.Concept.Up(projection)) * (part.Concept.Alpha / part.Concept.Rank))]);
        if (_places is not null)
            rows = rows.index_select(0, _places);
        return rows.reshape(_shape.Batch, _shape.Tokens, -1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, attended) in _parts)
            attended.Dispose();
        _places?.Dispose();
    }

    private static Tensor Attended(ConceptAdapter concept, Tensor states)
    {
        if (!concept.Gated)
            return states.clone();
        var attention = ResidualAttentionGate.Attention(states, concept.Query, concept.Key);
        var gate = ResidualAttentionGate.Logits(attention, states, concept.Scaler).sigmoid().unsqueeze(-1);
        return gate * attention.matmul(states);
    }

    // Tokens with the same winner are gathered, so that each concept's maps multiply its own tokens only.
    private static PromptResidual Grouped(IReadOnlyList<ConceptAdapter> concepts, Tensor attended, long[] winner, (long, long) shape)
    {
        var order = Enumerable.Range(0, winner.Length).OrderBy(token => winner[token]).Select(token => (long)token).ToArray();
        var places = new long[order.Length];
        for (var i = 0; i < order.Length; i++)
            places[order[i]] = i;
        var parts = order.GroupBy(token => winner[token])
            .Select(group => (concepts[(int)group.Key], attended.index_select(0, torch.tensor(group.ToArray())).DetachFromDisposeScope()))
            .ToArray();
        return new PromptResidual(parts, torch.tensor(places).DetachFromDisposeScope(), shape);
    }

    private static Tensor Rows(Tensor tensor) => tensor.reshape(-1, tensor.shape[^1]);
}

namespace Lethe.Plugins.AdvPreserve;

/// <summary>
/// The PGD variant: a free embedding for each concept that starts as the concept's own and climbs by
/// <c>p &lt;- p + rate |p| g / |g|</c>, g the gradient of L2. It is never projected or clipped, in spite of the name (authors' program). Deviation: a
/// gradient of zero, which the first step always has, moves nothing instead of dividing by zero.
/// </summary>
internal sealed class EmbeddingAttack : IDisposable
{
    private readonly IReadOnlyList<Tensor> _embeddings;

    /// <param name="starts"><c>[1, L, D]</c> for each concept; copied.</param>
    public EmbeddingAttack(IEnumerable<Tensor> starts) => _embeddings = [.. starts.Select(start => start.clone().DetachFromDisposeScope())];

    /// <summary>For the checkpoint.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _embeddings.Select((embedding, i) => KeyValuePair.Create($"embedding-{i}", embedding)).ToDictionary();

    /// <summary>The embedding of a concept, <c>[1, L, D]</c>, changed in place by <see cref="Climb"/>.</summary>
    public Tensor Embedding(int concept) => _embeddings[concept];

    /// <summary>One step.</summary>
    public void Climb(int concept, Tensor gradient, double rate)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var norm = gradient.norm().item<float>();
        if (norm > 0)
            _embeddings[concept].add_(gradient / norm * _embeddings[concept].norm() * rate);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var embedding in _embeddings)
            embedding.Dispose();
    }
}

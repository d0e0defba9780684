using Lethe.Sdk.Diffusion;

namespace Lethe.Sdk.Anchors;

/// <summary>Anchors that somebody wrote down, in the order given.</summary>
/// <param name="anchors">The anchors.</param>
public sealed class GivenAnchorSource(IReadOnlyList<string> anchors) : IAnchorSource
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Find(Concept concept, IDiffusionModel model, int count)
    {
        ArgumentNullException.ThrowIfNull(concept);
        var own = concept.Phrases.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. anchors.Where(anchor => !own.Contains(anchor)).Take(count)];
    }
}

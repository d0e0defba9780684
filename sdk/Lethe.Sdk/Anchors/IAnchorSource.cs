using Lethe.Sdk.Diffusion;

namespace Lethe.Sdk.Anchors;

/// <summary>Finds prompts around a concept: surrogates to send it to, or neighbours to keep.</summary>
public interface IAnchorSource
{
    /// <summary>The best anchors first.</summary>
    /// <param name="concept">The concept; neither its name nor a synonym is ever returned.</param>
    /// <param name="model">The model whose text encoder judges nearness.</param>
    /// <param name="count">How many at most.</param>
    IReadOnlyList<string> Find(Concept concept, IDiffusionModel model, int count);
}

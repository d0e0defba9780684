using Lethe.Sdk.Anchors;
using Lethe.Sdk.Diffusion;

namespace Lethe.Sdk.Evaluation;

/// <summary>Tries to bring an erased concept back with prompts alone.</summary>
public interface IAttack
{
    /// <summary>Stable id, written into reports.</summary>
    string Id { get; }

    /// <summary>Prompts that may make the edited model draw the concept again, the most promising first.</summary>
    /// <param name="model">The edited model.</param>
    /// <param name="concept">The erased concept.</param>
    /// <param name="seed">Seed of every random choice.</param>
    /// <param name="cancel">Heard often.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    IReadOnlyList<string> Prompts(IDiffusionModel model, Concept concept, long seed, CancellationToken cancel);
}

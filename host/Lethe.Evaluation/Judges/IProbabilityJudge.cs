using Lethe.Sdk.Evaluation;

namespace Lethe.Evaluation.Judges;

/// <summary>A judge that tells how likely it holds every label, which ranks and mean probabilities need.</summary>
public interface IProbabilityJudge : IConceptJudge
{
    /// <summary>Probabilities of all objects <c>[B, objects]</c> and styles <c>[B, styles]</c>; the caller disposes them.</summary>
    /// <param name="images"><c>[B, 3, H, W]</c> in [-1, 1], B at least 1; not disposed.</param>
    (Tensor Objects, Tensor Styles) Probabilities(Tensor images);
}

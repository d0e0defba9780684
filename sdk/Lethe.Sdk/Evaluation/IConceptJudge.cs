namespace Lethe.Sdk.Evaluation;

/// <summary>Says what is in a picture. It must not have taken part in training the model that it judges.</summary>
public interface IConceptJudge
{
    /// <summary>Stable id, written into reports.</summary>
    string Id { get; }

    /// <summary>The objects it can tell apart.</summary>
    IReadOnlyList<string> Objects { get; }

    /// <summary>The styles it can tell apart; may be empty.</summary>
    IReadOnlyList<string> Styles { get; }

    /// <summary>Judges pictures.</summary>
    /// <param name="images"><c>[B, 3, H, W]</c> in <c>[-1, 1]</c>, any size; not disposed.</param>
    /// <returns>One judgement for each picture, in order.</returns>
    IReadOnlyList<Judgement> Judge(Tensor images);
}

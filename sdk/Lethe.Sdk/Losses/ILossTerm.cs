namespace Lethe.Sdk.Losses;

/// <summary>One term of a training loss.</summary>
public interface ILossTerm
{
    /// <summary>Kebab-case name under which the value is reported.</summary>
    string Name { get; }

    /// <summary>The unweighted value.</summary>
    /// <param name="step">The step's networks and tensors.</param>
    /// <returns>A scalar with gradients to the student's trained tensors; the caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">The step lacks a tensor that the term needs.</exception>
    Tensor Value(LossStep step);
}

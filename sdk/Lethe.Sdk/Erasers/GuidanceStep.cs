namespace Lethe.Sdk.Erasers;

/// <summary>The noise predictions of one sampling step. Tensors are <c>[B, C, h, w]</c> and not disposed by the rule.</summary>
public sealed class GuidanceStep
{
    /// <summary>Noise predicted for the negative, usually empty, prompt.</summary>
    public required Tensor Unconditional { get; init; }

    /// <summary>Noise predicted for the prompt.</summary>
    public required Tensor Conditional { get; init; }

    /// <summary>Noise predicted for each of <see cref="IGuidance.ExtraPrompts"/>, in order.</summary>
    public required IReadOnlyList<Tensor> Extra { get; init; }

    /// <summary>Weight of classifier-free guidance.</summary>
    public required double GuidanceScale { get; init; }

    /// <summary>Index of the step, from 0.</summary>
    public required int Step { get; init; }

    /// <summary>Steps in all.</summary>
    public required int Steps { get; init; }

    /// <summary>The step's timestep, in <c>[0, T)</c>.</summary>
    public required int Timestep { get; init; }
}

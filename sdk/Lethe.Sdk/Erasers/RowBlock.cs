namespace Lethe.Sdk.Erasers;

/// <summary>Text states that a closed-form edit moves, or keeps; it owns no tensor.</summary>
public sealed class RowBlock
{
    /// <summary><c>[n, D]</c>: what the projection reads.</summary>
    public required Tensor Inputs { get; init; }

    /// <summary><c>[n, D]</c>: the states whose old projections become the new targets; null keeps <see cref="Inputs"/> where they are.</summary>
    public Tensor? Targets { get; init; }

    /// <summary>Weight of each row, above 0.</summary>
    public double Weight { get; init; } = 1;
}

namespace Lethe.Sdk.Losses;

/// <summary>
/// Keys and values that the student makes of the target equal those that the teacher makes of the surrogate: mean square over
/// all cross-attention projections.
/// </summary>
public sealed class ProjectionAlignment : ILossTerm
{
    /// <inheritdoc/>
    public string Name => "projection-alignment";

    /// <inheritdoc/>
    public Tensor Value(LossStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return ProjectionDistance.Between(step.Student, step.Target, step.Teacher, step.Surrogate);
    }
}

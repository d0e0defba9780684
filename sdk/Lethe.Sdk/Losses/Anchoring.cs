namespace Lethe.Sdk.Losses;

/// <summary>Keys and values of what must stay are those of the teacher: mean square over all cross-attention projections.</summary>
public sealed class Anchoring : ILossTerm
{
    /// <inheritdoc/>
    public string Name => "anchoring";

    /// <inheritdoc/>
    public Tensor Value(LossStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var preserved = step.Kept(Name);
        return ProjectionDistance.Between(step.Student, preserved, step.Teacher, preserved);
    }
}

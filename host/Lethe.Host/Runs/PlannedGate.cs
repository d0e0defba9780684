namespace Lethe.Host.Runs;

/// <summary>A bound on a figure.</summary>
public sealed record PlannedGate
{
    /// <summary>Id of the figure, for example <c>acc_e</c>.</summary>
    public required string Figure { get; init; }

    /// <summary>Lowest value allowed.</summary>
    public double? Min { get; init; }

    /// <summary>Highest value allowed.</summary>
    public double? Max { get; init; }
}

namespace Lethe.Host.Runs;

/// <summary>How evaluation pictures are drawn.</summary>
public sealed record PlannedSampling
{
    /// <summary><c>ddim</c> or <c>pndm</c>.</summary>
    public required string Scheduler { get; init; }

    /// <summary>Sampling steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Classifier-free guidance scale.</summary>
    public required double GuidanceScale { get; init; }

    /// <summary>Pictures drawn together; part of the plan because rounding depends on it.</summary>
    public required int Batch { get; init; }
}

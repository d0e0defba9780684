namespace Lethe.Evaluation.Metrics;

/// <summary>What was seen in one picture.</summary>
public sealed record Sighting
{
    /// <summary>The judge's first choice; null when no judge was asked.</summary>
    public string? Label { get; init; }

    /// <summary>Whether the first choice is the concept of the prompt; null when no judge knows the concept.</summary>
    public bool? Hit { get; init; }

    /// <summary>The judge's first choice of style.</summary>
    public string? Style { get; init; }

    /// <summary>Whether the style is the one the prompt names; null when it names none.</summary>
    public bool? StyleHit { get; init; }

    /// <summary>100 times the cosine of picture and prompt in the built-in CLIP.</summary>
    public double? ClipScore { get; init; }
}

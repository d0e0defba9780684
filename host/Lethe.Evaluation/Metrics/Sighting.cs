namespace Lethe.Evaluation.Metrics;

/// <summary>What was seen in one picture.</summary>
public sealed record Sighting
{
    /// <summary>The judge's first choice; null when no judge was asked.</summary>
    public string? Label { get; init; }

    /// <summary>Whether the first choice is the concept of the prompt; null when no judge knows the concept.</summary>
    public bool? Hit { get; init; }

    /// <summary>The judge's probability of its first choice, also where it was too unsure to name it.</summary>
    public double? Confidence { get; init; }

    /// <summary>The judge's probability of the concept of the prompt; null when it does not know the concept.</summary>
    public double? Probability { get; init; }

    /// <summary>Place of the concept among all labels by probability, 1 is first, however unsure the judge is; null when unknown.</summary>
    public int? Rank { get; init; }

    /// <summary>Of a style's picture, the judge's first choice of object.</summary>
    public string? Object { get; init; }

    /// <summary>Of a style's picture, whether the object is the one the prompt names; null when it names none.</summary>
    public bool? ObjectHit { get; init; }

    /// <summary>The judge's first choice of style.</summary>
    public string? Style { get; init; }

    /// <summary>Whether the style is the one the prompt names; null when it names none.</summary>
    public bool? StyleHit { get; init; }

    /// <summary>Which CLIP gave the scores, for example <c>judge-clip</c>; null for the generator's own text encoder with its tower.</summary>
    public string? ClipNetwork { get; init; }

    /// <summary>100 times the cosine of picture and prompt in the built-in CLIP.</summary>
    public double? ClipScore { get; init; }

    /// <summary>100 times the cosine of picture and bare concept (no prompt around it) in the built-in CLIP.</summary>
    public double? ConceptClipScore { get; init; }
}

namespace Lethe.Evaluation.Metrics;

/// <summary>Raw scores of one pair of pictures drawn with equal prompt and seed; every figure is computed from these alone.</summary>
public sealed record PictureScore
{
    /// <summary>The concept that the prompt is about.</summary>
    public required string Concept { get; init; }

    /// <summary>Why the picture was drawn.</summary>
    public required PictureRole Role { get; init; }

    /// <summary>The prompt, word for word.</summary>
    public required string Prompt { get; init; }

    /// <summary>Seed of the initial noise.</summary>
    public required long Seed { get; init; }

    /// <summary>File of the picture drawn by the unedited model, relative to the run folder.</summary>
    public string? BeforeFile { get; init; }

    /// <summary>File of the picture drawn by the edited model, relative to the run folder.</summary>
    public string? AfterFile { get; init; }

    /// <summary>What the judge saw before and after; null where no judge knows the concept.</summary>
    public Sighting? Before { get; init; }

    /// <inheritdoc cref="Before"/>
    public Sighting? After { get; init; }

    /// <summary>Distance of the judge's features of the two pictures (see <see cref="FeatureDistance"/>); null without such a judge.</summary>
    public double? FeatureDistance { get; init; }

    /// <summary>Mean absolute pixel difference of the two pictures, in [0, 1].</summary>
    public double? Difference { get; init; }
}

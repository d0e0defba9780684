using Lethe.Evaluation.Metrics;

namespace Lethe.Host.Reports;

/// <summary>One concept in one role, before and after.</summary>
public sealed record ConceptResult
{
    /// <summary>The concept.</summary>
    public required string Concept { get; init; }

    /// <summary>Erased, synonym or preserved.</summary>
    public required PictureRole Role { get; init; }

    /// <summary>Share of pictures in which the judge sees the concept, unedited model.</summary>
    public required Figure Before { get; init; }

    /// <summary>The same for the edited model.</summary>
    public required Figure After { get; init; }

    /// <summary>Mean absolute pixel difference before to after.</summary>
    public required Figure Difference { get; init; }

    /// <summary>One row per concept and role, in the order of the plan.</summary>
    public static IReadOnlyList<ConceptResult> Of(IReadOnlyList<PictureScore> scores) =>
        [.. scores.GroupBy(score => (score.Concept, score.Role)).Select(group => new ConceptResult
        {
            Concept = group.Key.Concept,
            Role = group.Key.Role,
            Before = Proportions.TopOne("seen_before", "pictures of this concept drawn by the unedited model", Better(group.Key.Role), group, score => score.Before?.Hit),
            After = Proportions.TopOne("seen_after", "pictures of this concept drawn by the edited model", Better(group.Key.Role), group, score => score.After?.Hit),
            Difference = Means.OverPrompts("pixel_difference", "mean-absolute", "mean absolute difference (0 to 1) of 8-bit pictures before and after, equal seeds",
                "fraction", group.Key.Role == PictureRole.Preserved ? "lower" : "higher", group, score => score.Difference),
        })];

    private static string Better(PictureRole role) => role == PictureRole.Preserved ? "higher" : "lower";
}

namespace Lethe.Evaluation.Metrics;

/// <summary>The scores by which the erasure of one concept is judged.</summary>
public sealed record ConceptRun
{
    /// <summary>The erased concept.</summary>
    public required string Concept { get; init; }

    /// <summary>Pictures whose prompt names it.</summary>
    public required IReadOnlyList<PictureScore> Erased { get; init; }

    /// <summary>Pictures whose prompt names a synonym of it; may be empty.</summary>
    public required IReadOnlyList<PictureScore> Synonyms { get; init; }

    /// <summary>Pictures of what must stay, drawn by the same edited model.</summary>
    public required IReadOnlyList<PictureScore> Preserved { get; init; }

    /// <summary>One for each erased concept in the scores of one edited model; all share its preserved pictures.</summary>
    public static IReadOnlyList<ConceptRun> Of(IReadOnlyList<PictureScore> scores)
    {
        var preserved = scores.Where(score => score.Role == PictureRole.Preserved).ToList();
        return [.. scores.Where(score => score.Role == PictureRole.Erased).GroupBy(score => score.Concept).Select(concept => new ConceptRun
        {
            Concept = concept.Key,
            Erased = [.. concept],
            Synonyms = [.. scores.Where(score => score.Role == PictureRole.Synonym && score.Concept == concept.Key)],
            Preserved = preserved,
        })];
    }
}

using Lethe.Evaluation.Metrics;

namespace Lethe.Evaluation.Tests;

/// <summary>Made-up features and scores, the same every time.</summary>
internal static class Samples
{
    /// <summary>Normally distributed features about a centre.</summary>
    public static FeatureSet Features(int seed, int count, int dimensions, double centre = 0, IReadOnlyList<string>? groups = null)
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator((ulong)seed);
        return FeatureSet.From("made-up", torch.randn([count, dimensions], generator: generator).add(centre), groups);
    }

    /// <summary>The score of one picture of the edited model.</summary>
    public static PictureScore Score(
        string concept, PictureRole role, long seed, bool? hit, double? probability = null, int? rank = null, string? prompt = null, bool? cross = null) => new()
        {
            Concept = concept,
            Role = role,
            Prompt = prompt ?? $"a picture of {concept}, {role}",
            Seed = seed,
            After = new Sighting { Hit = hit, Probability = probability, Rank = rank, StyleHit = cross },
        };

    /// <summary>As many pictures of a concept as told, of which some are hits.</summary>
    public static IEnumerable<PictureScore> Scores(string concept, PictureRole role, int hits, int count) =>
        Enumerable.Range(0, count).Select(i => Score(concept, role, i, i < hits, i < hits ? 0.9 : 0.2, i < hits ? 1 : 3 + i));
}

using Lethe.Evaluation.Metrics;

namespace Lethe.Host.Benchmarks;

/// <summary>What was seen in the pictures of one row on one target; figures are computed from this and from nothing else.</summary>
public sealed record CellScores
{
    /// <summary>One entry per picture; <see cref="PictureScore.After"/> is the row's model, <see cref="PictureScore.Before"/> the unedited one.</summary>
    public required IReadOnlyList<PictureScore> Scores { get; init; }

    /// <summary>The set of each picture.</summary>
    public required IReadOnlyList<string> Sets { get; init; }

    /// <summary>Features of the unedited model's pictures, row by row; null when the judge has none.</summary>
    public FeatureSet? FeaturesBefore { get; init; }

    /// <summary>Features of the row's pictures.</summary>
    public FeatureSet? FeaturesAfter { get; init; }

    /// <summary>Picks a target's pictures out of a cell's, in the order of the target's prompts and with the roles they have there.</summary>
    /// <param name="target">The target.</param>
    /// <param name="scores">Scores of the cell; of the unedited model those of all targets.</param>
    /// <param name="features">Features of the cell, rows as in <paramref name="scores"/>.</param>
    public static CellScores Of(BenchmarkTarget target, IReadOnlyList<PictureScore> scores, IReadOnlyDictionary<string, FeatureSet>? features)
    {
        var prompts = target.Prompts.ToDictionary(prompt => prompt.Prompt.Prompt, StringComparer.Ordinal);
        var rows = scores.Select((score, row) => (score, row)).Where(item => prompts.ContainsKey(item.score.Prompt))
            .OrderBy(item => item.score.Seed).Select(item => item.row).ToList();
        return new CellScores
        {
            Scores = [.. rows.Select(row => scores[row] with { Role = prompts[scores[row].Prompt].Prompt.Role })],
            Sets = [.. rows.Select(row => prompts[scores[row].Prompt].Set)],
            FeaturesBefore = Pick("before"),
            FeaturesAfter = Pick("after"),
        };

        FeatureSet? Pick(string side) => features is not null && features.TryGetValue(side, out var set) && set.Count == scores.Count
            ? set.WithGroups([.. scores.Select(score => score.Prompt)]).Pick(rows)
            : null;
    }

    /// <summary>The same of one set only.</summary>
    public CellScores OfSet(string name)
    {
        var rows = Enumerable.Range(0, Sets.Count).Where(row => Sets[row] == name).ToList();
        return new CellScores
        {
            Scores = [.. rows.Select(row => Scores[row])],
            Sets = [.. rows.Select(_ => name)],
            FeaturesBefore = FeaturesBefore?.Pick(rows),
            FeaturesAfter = FeaturesAfter?.Pick(rows),
        };
    }

    /// <summary>Several cells of one row as one.</summary>
    public static CellScores Concat(IReadOnlyList<CellScores> cells) => new()
    {
        Scores = [.. cells.SelectMany(cell => cell.Scores)],
        Sets = [.. cells.SelectMany(cell => cell.Sets)],
        FeaturesBefore = Join(cells.Select(cell => cell.FeaturesBefore)),
        FeaturesAfter = Join(cells.Select(cell => cell.FeaturesAfter)),
    };

    private static FeatureSet? Join(IEnumerable<FeatureSet?> sets) =>
        sets.ToList() is var all && all.TrueForAll(set => set is not null) ? FeatureSet.Concat([.. all.OfType<FeatureSet>()]) : null;
}

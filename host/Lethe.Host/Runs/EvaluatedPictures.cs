using Lethe.Evaluation.Metrics;

namespace Lethe.Host.Runs;

/// <summary>What <c>lethe evaluate</c> drew and saw, one entry per picture in each list.</summary>
/// <param name="Asked">What was asked for.</param>
/// <param name="Scores">What was seen.</param>
/// <param name="Features">The judge's features, one row per picture; null without a judge that offers them.</param>
public sealed record EvaluatedPictures(IReadOnlyList<AskedCell> Asked, IReadOnlyList<PictureScore> Scores, FeatureSet? Features)
{
    /// <summary>The scores of the pictures that meet a condition.</summary>
    public IReadOnlyList<PictureScore> Of(Func<AskedCell, bool> which) => [.. Scores.Where((_, i) => which(Asked[i]))];

    /// <summary>Pictures by the style asked for and the style seen.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> StyleConfusion() =>
        Count(Rows().Where(row => row.Asked.Style is not null && row.Score.After?.Style is not null)
            .Select(row => (row.Asked.Style!, row.Score.After!.Style!)));

    /// <summary>Pictures by the object asked for and another one seen in its place; <c>none</c> where the judge named nothing.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> ObjectMistakes() =>
        Count(Rows().Where(row => row.Score.After?.Hit == false).Select(row => (row.Asked.Object, row.Score.After!.Label ?? "none")));

    private IEnumerable<(AskedCell Asked, PictureScore Score)> Rows() => Asked.Zip(Scores).Where(row => !row.First.Extra);

    private static SortedDictionary<string, IReadOnlyDictionary<string, int>> Count(IEnumerable<(string Asked, string Seen)> pairs) =>
        new(pairs.GroupBy(pair => pair.Asked).ToDictionary(
            row => row.Key,
            row => (IReadOnlyDictionary<string, int>)row.GroupBy(pair => pair.Seen).OrderByDescending(seen => seen.Count())
                .ThenBy(seen => seen.Key, StringComparer.Ordinal).ToDictionary(seen => seen.Key, seen => seen.Count())), StringComparer.Ordinal);
}

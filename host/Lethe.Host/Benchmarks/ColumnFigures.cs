using Lethe.Evaluation.Metrics;

namespace Lethe.Host.Benchmarks;

/// <summary>
/// From a column's id to its figure, of one cell or of all cells of a row for the mean over targets. The figures are those of
/// <c>Lethe.Evaluation</c>; here it is only said which one a column shows.
/// </summary>
internal sealed class ColumnFigures
{
    private readonly IReadOnlyList<CellScores> _cells;
    private readonly IReadOnlyList<IReadOnlyList<PictureScore>> _runs;
    private readonly Lazy<IReadOnlyList<Figure>> _pooled;

    public ColumnFigures(IReadOnlyList<CellScores> cells)
    {
        _cells = cells;
        _runs = [.. cells.Select(cell => cell.Scores)];
        // Intervals take a thousand resamples each; several columns share them.
        _pooled = new(() => ErasureFigures.Compute([.. _runs.SelectMany(run => run)]));
    }

    /// <summary>The figure of a column; null when nothing can be measured.</summary>
    public Figure? Of(string column)
    {
        var (set, id) = ColumnIds.SetOf(column);
        var figure = set is null ? OfWhole(id) : OfSet(id, CellScores.Concat([.. _cells.Select(cell => cell.OfSet(set))]));
        return figure is null ? null : figure with { Id = column };
    }

    // Of several profiles of a figure the first is the main one.
    private Figure? OfWhole(string id) => (id switch
    {
        "h_o" or "h_c" => HarmonicFigures.OverConcepts([.. _runs.SelectMany(ConceptRun.Of)]),
        "ua" or "ira" or "cra" => UnlearnCanvasFigures.OverRuns(_runs),
        "esr_1" or "esr_5" or "psr_1" or "psr_5" => SuccessRates.OverSplits(_runs),
        _ => _pooled.Value,
    }).FirstOrDefault(figure => figure.Id == id);

    private static Figure? OfSet(string id, CellScores cell) => id switch
    {
        "acc" => Proportions.TopOne(id, "pictures of the set, drawn by the row's model", "higher", cell.Scores, score => score.After?.Hit),
        "clip_score" => Means.OverPrompts(id, ClipProfile.Of("logit100", cell.Scores), $"mean of 100 x cosine of picture and full prompt in {ClipProfile.Words(cell.Scores)}, over the pictures of the set",
            "x100", "higher", cell.Scores, score => score.After?.ClipScore),
        "pixel_difference" => Means.OverPrompts(id, "mean-absolute", "mean absolute difference (0 to 1) of 8-bit pictures before and after, equal seeds, over the pictures of the set",
            "fraction", "lower", cell.Scores, score => score.Difference),
        "feature_distance" => Means.OverPrompts(id, FeatureDistance.Profile, "mean distance of the judge's unit-normalised levels before and after, equal seeds, over the pictures of the set",
            "raw", "lower", cell.Scores, score => score.FeatureDistance),
        "kid" when cell is { FeaturesBefore: { } before, FeaturesAfter: { } after } => SetDistances.Kernel(after, before),
        "fid" when cell is { FeaturesBefore: { } before, FeaturesAfter: { } after } => SetDistances.Frechet(after, before),
        _ => null,
    };
}

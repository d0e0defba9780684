using Lethe.Evaluation.Metrics;

namespace Lethe.Host.Reports;

/// <summary>A figure of the edited model beside the same figure of the unedited one; alone it says little.</summary>
/// <param name="After">The edited model's.</param>
/// <param name="Before">The unedited model's; null where the figure compares the two itself.</param>
public sealed record FigurePair(Figure After, Figure? Before)
{
    private const string Suffix = "_before";

    /// <summary>Figures in their order; those of the unedited model stand beside their partners.</summary>
    public static IReadOnlyList<FigurePair> Of(IReadOnlyList<Figure> figures) =>
        [.. figures.Where(figure => !figure.Id.EndsWith(Suffix, StringComparison.Ordinal)).Select(figure => new FigurePair(figure, BeforeOf(figure, figures)))];

    /// <summary>The same figure of the unedited model, or null.</summary>
    public static Figure? BeforeOf(Figure after, IReadOnlyList<Figure> figures) =>
        figures.FirstOrDefault(figure => figure.Id == after.Id + Suffix && figure.Profile == after.Profile);
}

namespace Lethe.Evaluation.Metrics;

/// <summary>CLIP scores from embeddings (metrics.md 1): every published variant follows from the cosine of picture and text.</summary>
public static class ClipScores
{
    /// <summary>The cosine of each picture with its own text, in double precision; a vector of zeros gives 0.</summary>
    /// <param name="pictures">Embeddings <c>[B, E]</c> of pictures, of any length; not disposed.</param>
    /// <param name="texts">Embeddings <c>[B, E]</c> of their texts; not disposed.</param>
    public static IReadOnlyList<double> Cosines(Tensor pictures, Tensor texts)
    {
        if (pictures.dim() != 2 || !pictures.shape.AsSpan().SequenceEqual(texts.shape))
            throw new ArgumentException(
                $"embeddings have shapes `[{string.Join(", ", pictures.shape)}]` and `[{string.Join(", ", texts.shape)}]`, expected one shape `[B, E]`");
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        return Unit(pictures).mul(Unit(texts)).sum(1).contiguous().data<double>().ToArray();
    }

    /// <summary>
    /// The variants that carry the name in print, as figures over stored scores: <c>fraction-builtin</c> (the cosine, UnlearnDiffAtk) and
    /// <c>hessel-builtin</c> (<c>2.5 max(cosine, 0)</c>, without a prefix before the prompt). <c>logit100-builtin</c> is in
    /// <see cref="ErasureFigures"/>; scores of a CLIP of its own end in its name instead. torchmetrics clamps its mean only, which for a mean above 0 is the same.
    /// </summary>
    /// <param name="id">Id of the figures.</param>
    /// <param name="better"><c>lower</c> for pictures of erased concepts, otherwise <c>higher</c>.</param>
    /// <param name="scores">Scores of one role.</param>
    public static IReadOnlyList<Figure> Variants(string id, string better, IReadOnlyList<PictureScore> scores) =>
    [
        Means.OverPrompts(id, ClipProfile.Of("fraction", scores), $"mean cosine of picture and full prompt in {ClipProfile.Words(scores)}", "fraction", better, scores,
            score => score.After?.ClipScore / 100),
        Means.OverPrompts(id, ClipProfile.Of("hessel", scores), $"mean of 2.5 max(cosine, 0) of picture and full prompt in {ClipProfile.Words(scores)}", "raw", better, scores,
            score => score.After?.ClipScore is { } value ? 2.5 * Math.Max(0, value / 100) : null),
    ];

    private static Tensor Unit(Tensor rows)
    {
        var wide = rows.to(torch.float64);
        return wide.div(wide.square().sum([1], keepdim: true).sqrt().clamp(min: 1e-12));
    }
}

using Lethe.Sdk.Diffusion;

namespace Lethe.Plugins.RealEra;

/// <summary>
/// Which rows of the concept's sentence become which rows of the anchor's. The paper is silent when token counts differ; here the last
/// tokens of both phrases meet, as in UCE: row <c>l + s</c> with <c>l* + s</c> to the end, and earlier tokens of the concept right-aligned.
/// The rows before the concept are equal in both sentences, because the text encoder looks back only.
/// </summary>
/// <param name="First">Row f of the concept's first token.</param>
/// <param name="Last">Row l of its last token.</param>
/// <param name="Rows">Rows of the concept's sentence, from f on.</param>
/// <param name="AnchorRows">The row of the anchor's sentence for each.</param>
internal sealed record PairedRows(int First, int Last, IReadOnlyList<long> Rows, IReadOnlyList<long> AnchorRows)
{
    /// <summary>The rows of two sentences.</summary>
    /// <exception cref="ArgumentException">The concept has no token of its own.</exception>
    public static PairedRows Of(ITextEncoder encoder, Sentence concept, Sentence anchor)
    {
        var (first, last) = (encoder.LastSubjectToken(concept.Before) + 1, encoder.LastSubjectToken(concept.Through));
        if (last < first)
            throw new ArgumentException($"`{concept.Text}` leaves no token for the concept, expected at least one", nameof(concept));
        var anchorLast = encoder.LastSubjectToken(anchor.Through);
        return Of(first, last, Math.Min(encoder.LastSubjectToken(anchor.Before) + 1, anchorLast), anchorLast, encoder.MaxLength);
    }

    /// <summary>The rows of phrases at <c>f..l</c> and <c>f*..l*</c> in sentences of so many rows.</summary>
    public static PairedRows Of(int first, int last, int anchorFirst, int anchorLast, int length)
    {
        var earlier = Enumerable.Range(1, last - first).Reverse().Select(q => (Row: (long)(last - q), Anchor: (long)Math.Max(anchorFirst, anchorLast - q)));
        var following = Enumerable.Range(0, length - Math.Max(last, anchorLast)).Select(s => (Row: (long)(last + s), Anchor: (long)(anchorLast + s)));
        var pairs = earlier.Concat(following).ToList();
        return new PairedRows(first, last, [.. pairs.Select(pair => pair.Row)], [.. pairs.Select(pair => pair.Anchor)]);
    }
}

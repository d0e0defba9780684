using Lethe.Sdk.Evaluation;

namespace Lethe.Evaluation.Metrics;

/// <summary>Looks at finished pictures with whatever judges the model brings; what cannot be judged stays null.</summary>
/// <param name="judge">Says what is in a picture; null when the model has none.</param>
/// <param name="clip">Cosines of pictures <c>[B, 3, H, W]</c> in <c>[-1, 1]</c> and prompts; null when the model has none.</param>
public sealed class PictureScorer(IConceptJudge? judge, Func<Tensor, IReadOnlyList<string>, IReadOnlyList<double>>? clip)
{
    /// <summary>Judges a batch.</summary>
    /// <param name="images"><c>[B, 3, H, W]</c> in <c>[-1, 1]</c>, read from the 8-bit files; not disposed.</param>
    /// <param name="asked">What each was supposed to show.</param>
    public IReadOnlyList<Sighting> See(Tensor images, IReadOnlyList<AskedPicture> asked)
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        var judgements = judge?.Judge(images);
        var cosines = clip?.Invoke(images, [.. asked.Select(picture => picture.Prompt)]);
        return [.. asked.Select((picture, i) => See(picture, judgements?[i], cosines is null ? null : 100 * cosines[i]))];
    }

    /// <summary>Names of the networks that take part, for reports.</summary>
    public IReadOnlyList<string> Networks => [.. new[] { judge?.Id, clip is null ? null : "built-in CLIP" }.OfType<string>()];

    private Sighting See(AskedPicture picture, Judgement? judgement, double? clipScore)
    {
        if (judge is null || judgement is null)
            return new Sighting { ClipScore = clipScore };
        var wanted = Known(picture.IsStyle ? judge.Styles : judge.Objects, picture.Phrases);
        var seen = picture.IsStyle ? judgement.Style : judgement.Object;
        var style = picture.IsStyle ? null : judge.Styles.FirstOrDefault(name => NamesWord(picture.Prompt, name));
        return new Sighting
        {
            Label = seen,
            Hit = wanted is null ? null : string.Equals(seen, wanted, StringComparison.OrdinalIgnoreCase),
            Style = judgement.Style,
            StyleHit = style is null ? null : string.Equals(judgement.Style, style, StringComparison.OrdinalIgnoreCase),
            ClipScore = clipScore,
        };
    }

    private static string? Known(IReadOnlyList<string> labels, IReadOnlyList<string> phrases) => phrases
        .Select(phrase => labels.FirstOrDefault(label => string.Equals(label, phrase, StringComparison.OrdinalIgnoreCase)))
        .FirstOrDefault(label => label is not null);

    private static bool NamesWord(string prompt, string word)
    {
        for (var at = prompt.IndexOf(word, StringComparison.OrdinalIgnoreCase); at >= 0; at = prompt.IndexOf(word, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var end = at + word.Length;
            if ((at == 0 || !char.IsLetterOrDigit(prompt[at - 1])) && (end == prompt.Length || !char.IsLetterOrDigit(prompt[end])))
                return true;
        }
        return false;
    }
}

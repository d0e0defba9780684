using Lethe.Evaluation.Judges;
using Lethe.Sdk.Evaluation;

namespace Lethe.Evaluation.Metrics;

/// <summary>Looks at finished pictures with whatever judges the model brings; what cannot be judged stays null.</summary>
/// <param name="judge">Says what is in a picture; null when the model has none.</param>
/// <param name="clip">Cosines of pictures <c>[B, 3, H, W]</c> in <c>[-1, 1]</c> and prompts; null when the model has none.</param>
/// <param name="clipNetwork">Marks the scores of a CLIP of its own; null for the generator's text encoder with its tower.</param>
public sealed class PictureScorer(
    IConceptJudge? judge, Func<Tensor, IReadOnlyList<string>, IReadOnlyList<double>>? clip, string? clipNetwork = null)
{
    /// <summary>Judges a batch.</summary>
    /// <param name="images"><c>[B, 3, H, W]</c> in <c>[-1, 1]</c>, read from the 8-bit files; not disposed.</param>
    /// <param name="asked">What each was supposed to show.</param>
    public IReadOnlyList<Sighting> See(Tensor images, IReadOnlyList<AskedPicture> asked)
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        var judgements = judge?.Judge(images);
        var probabilities = (judge as IProbabilityJudge)?.Probabilities(images);
        var prompts = clip?.Invoke(images, [.. asked.Select(picture => picture.Prompt)]);
        var concepts = clip?.Invoke(images, [.. asked.Select(Concept)]);
        return [.. asked.Select((picture, i) =>
        {
            var seen = See(picture, judgements?[i]) with { ClipNetwork = clip is null ? null : clipNetwork, ClipScore = 100 * prompts?[i], ConceptClipScore = 100 * concepts?[i] };
            return judge is null || probabilities is not { } all
                ? seen
                : Placed(seen, Wanted(picture, judge), picture.IsStyle ? judge.Styles : judge.Objects, (picture.IsStyle ? all.Styles : all.Objects).select(0, i));
        })];
    }

    /// <summary>Features of pictures for distances between sets; null when the judge offers none.</summary>
    /// <param name="images"><c>[B, 3, H, W]</c> in <c>[-1, 1]</c>; not disposed.</param>
    /// <param name="groups">The prompt of each picture.</param>
    public FeatureSet? Features(Tensor images, IReadOnlyList<string>? groups = null)
    {
        if (judge is not IFeatureNetwork network)
            return null;
        using var features = network.Features(images);
        return FeatureSet.From(network.NetworkId, features, groups);
    }

    /// <summary>Feature distance of each pair of pictures (see <see cref="FeatureDistance"/>); null when the judge offers no features.</summary>
    /// <param name="before"><c>[B, 3, H, W]</c> in <c>[-1, 1]</c>; not disposed.</param>
    /// <param name="after">As many, of equal prompts and seeds; not disposed.</param>
    public IReadOnlyList<double>? Distances(Tensor before, Tensor after) => (judge as IFeatureNetwork)?.Distances(before, after);

    /// <summary>Names of the networks that take part, for reports.</summary>
    public IReadOnlyList<string> Networks => [.. new[] { judge?.Id, clip is null ? null : clipNetwork ?? "built-in CLIP" }.OfType<string>()];

    private Sighting See(AskedPicture picture, Judgement? judgement)
    {
        if (judge is null || judgement is null)
            return new Sighting();
        var wanted = Wanted(picture, judge);
        var seen = picture.IsStyle ? judgement.Style : judgement.Object;
        var style = picture.IsStyle ? null : Named(picture.Prompt, judge.Styles);
        var named = picture.IsStyle ? Named(picture.Prompt, judge.Objects) : null;
        return new Sighting
        {
            Label = seen,
            Hit = wanted is null ? null : string.Equals(seen, wanted, StringComparison.OrdinalIgnoreCase),
            Confidence = picture.IsStyle ? judgement.StyleConfidence : judgement.ObjectConfidence,
            Object = picture.IsStyle ? judgement.Object : null,
            ObjectHit = named is null ? null : string.Equals(judgement.Object, named, StringComparison.OrdinalIgnoreCase),
            Style = judgement.Style,
            StyleHit = style is null ? null : string.Equals(judgement.Style, style, StringComparison.OrdinalIgnoreCase),
        };
    }

    private static Sighting Placed(Sighting seen, string? wanted, IReadOnlyList<string> labels, Tensor row)
    {
        var probabilities = row.contiguous().data<float>().ToArray();
        var number = wanted is null ? -1 : labels.ToList().IndexOf(wanted);
        if (number < 0)
            return seen;

        // Of equal labels the earlier one goes first, as arg-max has it.
        var ahead = probabilities.Where((other, i) => other > probabilities[number] || (other == probabilities[number] && i < number)).Count();
        return seen with { Probability = probabilities[number], Rank = ahead + 1 };
    }

    private static string Concept(AskedPicture picture) => picture.Concept ?? (picture.Phrases.Count > 0 ? picture.Phrases[0] : picture.Prompt);

    private static string? Wanted(AskedPicture picture, IConceptJudge judge) => Known(picture.IsStyle ? judge.Styles : judge.Objects, picture.Phrases);

    // The longest name wins: `teddy bear` is no bear.
    private static string? Named(string prompt, IReadOnlyList<string> labels) =>
        labels.Where(label => NamesWord(prompt, label)).MaxBy(label => label.Length);

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

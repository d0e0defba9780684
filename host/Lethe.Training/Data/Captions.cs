namespace Lethe.Training.Data;

/// <summary>Writes captions for pictures of the world.</summary>
public static class Captions
{
    /// <summary>Share of captions that name no style: it teaches bare names.</summary>
    public const double PlainShare = 0.30;

    /// <summary>The same for the denoiser, whose text states know bare names already: each such caption is one that teaches it no style.</summary>
    public const double DenoiserPlainShare = 0.15;

    /// <summary>Share of captions that name the style only: it ties style words to more than one object.</summary>
    public const double StyleOnlyShare = 0.04;

    /// <summary>Share of the captions with an object that use a synonym, where the object has one.</summary>
    public const double SynonymShare = 0.20;

    /// <summary>Draws one caption for the picture of an object in a style.</summary>
    /// <param name="world">Names, synonyms and templates.</param>
    /// <param name="obj">Object number.</param>
    /// <param name="style">Style number; negative where no style is known, which leaves the plain captions.</param>
    /// <param name="random">Seeded by the caller; four numbers are drawn every time, so streams stay aligned.</param>
    /// <param name="forTextEncoder">Whether held-out synonyms may be used; the denoiser must never see them.</param>
    public static Caption Sample(World world, int obj, int style, Random random, bool forTextEncoder)
    {
        var item = world.Objects[obj];
        var styleName = style < 0 ? "" : world.Styles[style].Name;
        var kind = random.NextDouble();
        if (style < 0)
            kind = StyleOnlyShare;
        var synonymRoll = random.NextDouble();
        var synonymPick = random.NextDouble();
        var templatePick = random.NextDouble();

        if (kind < StyleOnlyShare)
        {
            return new Caption(Fill(Pick(world.Templates.StyleOnly, templatePick), "", styleName), null, styleName);
        }

        var synonyms = forTextEncoder ? [.. item.Synonyms, .. item.HeldOutSynonyms] : item.Synonyms;
        var word = synonyms.Count > 0 && synonymRoll < SynonymShare ? Pick(synonyms, synonymPick) : item.Name;
        return kind < StyleOnlyShare + (forTextEncoder ? PlainShare : DenoiserPlainShare)
            ? new Caption(Fill(Pick(world.Templates.Plain, templatePick), word, ""), word, null)
            : new Caption(Fill(Pick(world.Templates.Styled, templatePick), word, styleName), word, styleName);
    }

    /// <summary>The evaluation prompt without a style, such as <c>a picture of an owl</c>.</summary>
    public static string Plain(string name) => $"a picture of {WithArticle(name)}";

    /// <summary>The evaluation prompt with a style, such as <c>a picture of an owl in the style of openmoji</c>.</summary>
    public static string Styled(string name, string style) => $"a picture of {WithArticle(name)} in the style of {style}";

    /// <summary>The evaluation prompt for a style alone.</summary>
    public static string StyleOnly(string style) => $"a picture in the style of {style}";

    /// <summary>The name behind its indefinite article; plurals such as <c>scissors</c> take none.</summary>
    public static string WithArticle(string name)
    {
        var plural = name.EndsWith('s') && !name.EndsWith("ss", StringComparison.Ordinal) && !name.EndsWith("us", StringComparison.Ordinal);
        if (plural || name.StartsWith("the ", StringComparison.Ordinal))
        {
            return name;
        }

        // `ufo` and `unicorn` begin with a consonant's sound.
        var vowel = "aeiou".Contains(name[0]) && !name.StartsWith("ufo", StringComparison.Ordinal) && !name.StartsWith("uni", StringComparison.Ordinal);
        return (vowel ? "an " : "a ") + name;
    }

    private static string Pick(IReadOnlyList<string> list, double roll) => list[(int)(roll * list.Count)];

    private static string Fill(string template, string word, string style) =>
        template
            .Replace("{a name}", word.Length == 0 ? "" : WithArticle(word), StringComparison.Ordinal)
            .Replace("{name}", word, StringComparison.Ordinal)
            .Replace("{style}", style, StringComparison.Ordinal);
}

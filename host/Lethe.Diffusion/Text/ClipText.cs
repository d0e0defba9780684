using System.Globalization;
using System.Text;

namespace Lethe.Diffusion.Text;

/// <summary>
/// How a prompt becomes the pieces that byte-pair merges work on: the rule of Hugging Face's fast CLIP tokenizer
/// (NFC, white space collapsed, lower case character by character, then letters, single digits, runs of anything else).
/// </summary>
internal static class ClipText
{
    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    public static string Normalize(string prompt)
    {
        var result = new StringBuilder(prompt.Length);
        var space = false;
        foreach (var rune in CanonicalComposition.Normalize(prompt).EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
            {
                if (!space) result.Append(' ');
                space = true;
                continue;
            }
            space = false;
            // The one character whose lower case is two characters, whatever the language.
            if (rune.Value == 0x130) result.Append("i\u0307");
            else result.Append(Rune.ToLowerInvariant(rune).ToString());
        }
        return result.ToString();
    }

    /// <summary>Cuts normalized text at the given special tokens; they come back as pieces of their own.</summary>
    public static IEnumerable<(string Text, bool Special)> CutSpecial(string text, IReadOnlyCollection<string> specials)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var special = specials.FirstOrDefault(s => string.CompareOrdinal(text, i, s, 0, s.Length) == 0);
            if (special is null) continue;
            if (i > start) yield return (text[start..i], false);
            yield return (special, true);
            start = i + special.Length;
            i = start - 1;
        }
        if (start < text.Length) yield return (text[start..], false);
    }

    /// <summary>Matches of <c>'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+</c>, over whole code points.</summary>
    public static IEnumerable<string> Pieces(string text)
    {
        // By hand because .NET's \p{L} looks at UTF-16 units and misses letters outside the basic plane.
        for (var i = 0; i < text.Length;)
        {
            var contraction = Contractions.FirstOrDefault(c => string.CompareOrdinal(text, i, c, 0, c.Length) == 0);
            if (contraction is not null)
            {
                yield return contraction;
                i += contraction.Length;
                continue;
            }
            var start = i;
            var kind = KindAt(text, i, out var length);
            i += length;
            while (kind is Kind.Letter or Kind.Other && i < text.Length && KindAt(text, i, out length) == kind) i += length;
            if (kind != Kind.Space) yield return text[start..i];
        }
    }

    private static Kind KindAt(string text, int index, out int length)
    {
        Rune.DecodeFromUtf16(text.AsSpan(index), out var rune, out length);
        if (Rune.IsWhiteSpace(rune)) return Kind.Space;
        return Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Kind.Other,
        };
    }

    private enum Kind { Space, Letter, Number, Other }
}

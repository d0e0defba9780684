using System.Globalization;
using System.Text;

namespace Lethe.Diffusion.Text;

/// <summary>
/// How a prompt becomes the pieces that byte-pair merges work on: the rule of Hugging Face's fast CLIP tokenizer
/// (NFC, white space collapsed, lower case character by character, then letters, single digits, runs of anything else).
/// </summary>
internal static class ClipText
{
    /// <summary>
    /// Merging takes time with the square of a piece's length, so an endless word is cut. What a model reads of a prompt,
    /// 75 tokens, ends long before.
    /// </summary>
    private const int LongestPiece = 4096;

    /// <summary>Whether the runtime found ICU. Without it (invariant globalization) it composes nothing, and does not say so.</summary>
    public static bool CanCompose { get; } = "e\u0301".Normalize() == "\u00E9";

    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    /// <exception cref="PlatformNotSupportedException">The prompt has characters that only ICU can compose, and there is none.</exception>
    public static string Normalize(string prompt)
    {
        var result = new StringBuilder(prompt.Length);
        var space = false;
        foreach (var rune in Compose(prompt, CanCompose).EnumerateRunes())
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

    /// <summary>Unicode normalization form C.</summary>
    internal static string Compose(string prompt, bool canCompose)
    {
        // Everything below U+0300 is composed already.
        if (prompt.All(c => c < '\u0300')) return prompt;
        if (!canCompose)
            throw new PlatformNotSupportedException(
                $"`{prompt.ReplaceLineEndings(" ")}` has characters that ICU is needed for, and it is not installed: install `libicu` (Debian 12: `libicu72`)");
        // The runtime refuses half a surrogate pair, which Hugging Face never sees, and U+FFFE, which nothing composes with.
        var whole = string.Concat(prompt.EnumerateRunes());
        return string.Join('\uFFFE', whole.Split('\uFFFE').Select(part => part.Normalize(NormalizationForm.FormC)));
    }

    /// <summary>
    /// Where the pieces of normalized text are: every special token is one, and between them the matches of
    /// <c>'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+</c>, over whole code points.
    /// </summary>
    public static IEnumerable<(int Offset, int Length)> Pieces(string text, IReadOnlyList<string> specials)
    {
        for (var start = 0; start < text.Length;)
        {
            var special = NextSpecial(text, start, specials);
            foreach (var piece in PlainPieces(text, start, special.Offset)) yield return piece;
            if (special.Length > 0) yield return special;
            start = special.Offset + special.Length;
        }
    }

    /// <summary>The first special token from <paramref name="start"/> on; an empty one at the text's end if there is none.</summary>
    private static (int Offset, int Length) NextSpecial(string text, int start, IReadOnlyList<string> specials)
    {
        for (var i = start; i < text.Length; i++)
            foreach (var special in specials)
                if (text.AsSpan(i).StartsWith(special, StringComparison.Ordinal)) return (i, special.Length);
        return (text.Length, 0);
    }

    private static IEnumerable<(int Offset, int Length)> PlainPieces(string text, int start, int end)
    {
        // By hand because .NET's \p{L} looks at UTF-16 units and misses letters outside the basic plane.
        for (var i = start; i < end;)
        {
            var begin = i;
            var kind = KindAt(text, i, end, out var length);
            if (ContractionAt(text, i, end) is { } contraction)
            {
                i += contraction.Length;
            }
            else
            {
                i += length;
                var last = Math.Min(end, begin + LongestPiece);
                while (kind is Kind.Letter or Kind.Other && i < last && KindAt(text, i, end, out length) == kind) i += length;
            }
            if (kind != Kind.Space) yield return (begin, i - begin);
        }
    }

    private static string? ContractionAt(string text, int index, int end)
    {
        if (text[index] != '\'') return null;
        foreach (var contraction in Contractions)
            if (text.AsSpan(index, end - index).StartsWith(contraction, StringComparison.Ordinal)) return contraction;
        return null;
    }

    private static Kind KindAt(string text, int index, int end, out int length)
    {
        Rune.DecodeFromUtf16(text.AsSpan(index, end - index), out var rune, out length);
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

using System.Text;

namespace Lethe.Diffusion.Text;

/// <summary>The printable stand-ins for bytes in CLIP (and GPT-2) vocabularies.</summary>
internal static class ByteSymbols
{
    public const string EndOfWord = "</w>";

    /// <summary>All 256 stand-ins in vocabulary order: printable Latin-1 first, then the rest.</summary>
    public static IReadOnlyList<string> InVocabularyOrder { get; }

    private static readonly string[] ByByte = new string[256];

    static ByteSymbols()
    {
        static bool Printable(int b) => b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF;

        var next = 256;
        for (var b = 0; b < 256; b++) ByByte[b] = ((char)(Printable(b) ? b : next++)).ToString();
        InVocabularyOrder = [.. Enumerable.Range(0, 256).OrderBy(b => Printable(b) ? 0 : 1).Select(b => ByByte[b])];
    }

    /// <summary>One symbol a UTF-8 byte; the last carries the end-of-word mark.</summary>
    public static List<string> OfWord(string word)
    {
        var symbols = Encoding.UTF8.GetBytes(word).Select(b => ByByte[b]).ToList();
        symbols[^1] += EndOfWord;
        return symbols;
    }
}

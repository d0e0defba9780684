namespace Lethe.Diffusion.Text;

/// <summary>
/// Trains a byte-pair vocabulary in CLIP's layout: 256 bytes, 256 bytes at a word's end, the merges, then
/// <c>&lt;|startoftext|&gt;</c> and <c>&lt;|endoftext|&gt;</c> as the two highest ids.
/// </summary>
public static class BpeTrainer
{
    public const string StartToken = "<|startoftext|>";
    public const string EndToken = "<|endoftext|>";

    /// <summary>Bytes, bytes at a word's end, and the two special tokens: no vocabulary is smaller.</summary>
    public const int SmallestVocabulary = 514;

    private static readonly string[] Specials = [StartToken, EndToken];

    /// <summary>
    /// Writes <c>vocab.json</c>, <c>merges.txt</c>, <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> to
    /// <paramref name="folder"/>. The same texts give the same bytes, whatever their order.
    /// </summary>
    /// <returns>Entries written; fewer than asked for when every word is already one symbol.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="vocabularySize"/> is below <see cref="SmallestVocabulary"/>.</exception>
    public static int Train(IEnumerable<string> texts, int vocabularySize, string folder)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, SmallestVocabulary);

        var merges = Merges(texts, vocabularySize - SmallestVocabulary);
        VocabularyWriter.Write(folder, merges, EndToken);
        return merges.Count + SmallestVocabulary;
    }

    private static List<(string Left, string Right)> Merges(IEnumerable<string> texts, int limit)
    {
        var words = texts
            .SelectMany(text => Words(ClipText.Normalize(text)))
            .CountBy(word => word)
            .Select(word => (Symbols: ByteSymbols.OfWord(word.Key), Count: (long)word.Value))
            .ToList();

        var merges = new List<(string Left, string Right)>();
        // Two different merges may spell the same symbol; the second would be a duplicate vocabulary entry.
        var spelled = new HashSet<string>();
        while (merges.Count < limit && MostFrequentPair(words, spelled) is { } best)
        {
            merges.Add(best);
            spelled.Add(best.Left + best.Right);
            foreach (var (symbols, _) in words) Join(symbols, best.Left, best.Right);
        }
        return merges;
    }

    private static IEnumerable<string> Words(string text) =>
        ClipText.Pieces(text, Specials).Select(piece => text.Substring(piece.Offset, piece.Length)).Where(word => !Specials.Contains(word));

    /// <summary>Joins, left to right, every place where <paramref name="left"/> stands before <paramref name="right"/>.</summary>
    private static void Join(List<string> symbols, string left, string right)
    {
        var kept = 0;
        for (var i = 0; i < symbols.Count; i++)
        {
            var joins = i + 1 < symbols.Count && symbols[i] == left && symbols[i + 1] == right;
            symbols[kept++] = joins ? left + right : symbols[i];
            if (joins) i++;
        }
        symbols.RemoveRange(kept, symbols.Count - kept);
    }

    private static (string Left, string Right)? MostFrequentPair(
        List<(List<string> Symbols, long Count)> words, HashSet<string> spelled)
    {
        var counts = new Dictionary<(string Left, string Right), long>();
        foreach (var (symbols, count) in words)
            for (var i = 0; i + 1 < symbols.Count; i++)
                counts[(symbols[i], symbols[i + 1])] = counts.GetValueOrDefault((symbols[i], symbols[i + 1])) + count;

        (string Left, string Right)? best = null;
        var bestCount = 0L;
        foreach (var (pair, count) in counts)
        {
            if (count < bestCount || spelled.Contains(pair.Left + pair.Right)) continue;
            if (count == bestCount && best is { } b && Compare(pair, b) > 0) continue;
            (best, bestCount) = (pair, count);
        }
        return best;
    }

    /// <summary>Ordinal, so that ties fall the same way everywhere.</summary>
    private static int Compare((string Left, string Right) a, (string Left, string Right) b)
    {
        var left = string.CompareOrdinal(a.Left, b.Left);
        return left != 0 ? left : string.CompareOrdinal(a.Right, b.Right);
    }
}

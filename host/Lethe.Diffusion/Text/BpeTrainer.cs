using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

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

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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
        List<string> vocabulary =
        [
            .. ByteSymbols.InVocabularyOrder,
            .. ByteSymbols.InVocabularyOrder.Select(symbol => symbol + ByteSymbols.EndOfWord),
            .. merges.Select(merge => merge.Left + merge.Right),
            StartToken,
            EndToken,
        ];

        Directory.CreateDirectory(folder);
        var ids = vocabulary.Select((symbol, id) => KeyValuePair.Create(symbol, id));
        Write(folder, "vocab.json", JsonSerializer.Serialize(new OrderedDictionary<string, int>(ids), Json));
        Write(folder, "merges.txt", string.Concat(merges.Select(m => $"{m.Left} {m.Right}\n").Prepend("#version: 0.2\n")));
        Write(folder, "special_tokens_map.json", JsonSerializer.Serialize(SpecialTokens(), Json));
        Write(folder, "tokenizer_config.json", JsonSerializer.Serialize(
            new Dictionary<string, object>(SpecialTokens().Select(token => KeyValuePair.Create<string, object>(token.Key, token.Value)))
            {
                ["add_prefix_space"] = false,
                ["do_lower_case"] = true,
                ["errors"] = "replace",
                ["model_max_length"] = ClipTokenizer.ContextLength,
                ["tokenizer_class"] = "CLIPTokenizer",
            }, Json));
        return vocabulary.Count;
    }

    private static OrderedDictionary<string, string> SpecialTokens() => new()
    {
        ["bos_token"] = StartToken,
        ["eos_token"] = EndToken,
        ["pad_token"] = EndToken,
        ["unk_token"] = EndToken,
    };

    private static List<(string Left, string Right)> Merges(IEnumerable<string> texts, int limit)
    {
        var words = texts
            .SelectMany(text => ClipText.CutSpecial(ClipText.Normalize(text), [StartToken, EndToken]))
            .Where(part => !part.Special)
            .SelectMany(part => ClipText.Pieces(part.Text))
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
            foreach (var (symbols, _) in words) BpeMerge.Apply(symbols, best.Left, best.Right);
        }
        return merges;
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

    private static void Write(string folder, string name, string text) =>
        AtomicFile.Write(Path.Combine(folder, name), Encoding.UTF8.GetBytes(text));
}

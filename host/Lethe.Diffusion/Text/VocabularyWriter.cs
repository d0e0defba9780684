using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lethe.Diffusion.Text;

/// <summary>Writes a tokenizer's folder as transformers reads it.</summary>
internal static class VocabularyWriter
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>All symbols in the order of their ids: bytes, bytes at a word's end, merges, and the two special tokens.</summary>
    public static IEnumerable<string> Vocabulary(IEnumerable<(string Left, string Right)> merges) =>
    [
        .. ByteSymbols.InVocabularyOrder,
        .. ByteSymbols.InVocabularyOrder.Select(symbol => symbol + ByteSymbols.EndOfWord),
        .. merges.Select(merge => merge.Left + merge.Right),
        BpeTrainer.StartToken,
        BpeTrainer.EndToken,
    ];

    /// <summary>Writes <c>vocab.json</c>, <c>merges.txt</c>, <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>.</summary>
    public static void Write(string folder, IReadOnlyList<(string Left, string Right)> merges, string padToken)
    {
        Directory.CreateDirectory(folder);
        var ids = Vocabulary(merges).Select((symbol, id) => KeyValuePair.Create(symbol, id));
        Write(folder, "vocab.json", JsonSerializer.Serialize(new OrderedDictionary<string, int>(ids), Json));
        Write(folder, "merges.txt", string.Concat(merges.Select(m => $"{m.Left} {m.Right}\n").Prepend("#version: 0.2\n")));
        var special = new OrderedDictionary<string, string>
        {
            ["bos_token"] = BpeTrainer.StartToken,
            ["eos_token"] = BpeTrainer.EndToken,
            ["pad_token"] = padToken,
            ["unk_token"] = BpeTrainer.EndToken,
        };
        Write(folder, "special_tokens_map.json", JsonSerializer.Serialize(special, Json));
        Write(folder, "tokenizer_config.json", JsonSerializer.Serialize(
            new Dictionary<string, object>(special.Select(token => KeyValuePair.Create<string, object>(token.Key, token.Value)))
            {
                ["add_prefix_space"] = false,
                ["do_lower_case"] = true,
                ["errors"] = "replace",
                ["model_max_length"] = ClipTokenizer.ContextLength,
                ["tokenizer_class"] = "CLIPTokenizer",
            }, Json));
    }

    private static void Write(string folder, string name, string text) => AtomicFile.WriteText(Path.Combine(folder, name), text);
}

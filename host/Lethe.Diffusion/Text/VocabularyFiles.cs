using System.Text;
using System.Text.Json;
using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Text;

/// <summary>A tokenizer folder as read from disk; everything in it may be hostile.</summary>
internal sealed class VocabularyFiles
{
    private const int LargestFile = 64 << 20;
    private const int LargestId = 1 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private VocabularyFiles(Dictionary<string, int> ids, IReadOnlyList<string> merges, Func<string, string?> special)
    {
        Ids = ids;
        Merges = merges;
        HighestId = ids.Values.Max();
        StartToken = special("bos_token") ?? BpeTrainer.StartToken;
        EndToken = special("eos_token") ?? BpeTrainer.EndToken;
        UnknownToken = special("unk_token") ?? EndToken;
        PadToken = special("pad_token") ?? EndToken;
    }

    public IReadOnlyDictionary<string, int> Ids { get; }

    /// <summary>Two symbols with a space between them, the best first.</summary>
    public IReadOnlyList<string> Merges { get; }

    public int HighestId { get; }

    public string StartToken { get; }

    public string EndToken { get; }

    public string UnknownToken { get; }

    public string PadToken { get; }

    /// <summary>A vocabulary in CLIP's layout from its merges.</summary>
    public static VocabularyFiles Of(IReadOnlyList<(string Left, string Right)> merges, string padToken) => new(
        VocabularyWriter.Vocabulary(merges).Select((symbol, id) => (symbol, id)).ToDictionary(item => item.symbol, item => item.id),
        [.. merges.Select(merge => $"{merge.Left} {merge.Right}")],
        role => role == "pad_token" ? padToken : null);

    public static VocabularyFiles Read(string folder)
    {
        var vocabulary = Path.Combine(folder, "vocab.json");
        var ids = ReadVocabulary(vocabulary);
        var merges = ReadMerges(Path.Combine(folder, "merges.txt"), ids);
        // The map overrides the configuration, as in Hugging Face's loader.
        var configured = ReadSpecials(Path.Combine(folder, "tokenizer_config.json"));
        foreach (var (name, token) in ReadSpecials(Path.Combine(folder, "special_tokens_map.json"))) configured[name] = token;

        var files = new VocabularyFiles(ids, merges, configured.GetValueOrDefault);
        foreach (var token in new[] { files.StartToken, files.EndToken, files.UnknownToken, files.PadToken })
            if (!ids.ContainsKey(token))
                throw new CheckpointException($"`{vocabulary}` lacks the special token `{token}`");
        return files;
    }

    private static Dictionary<string, int> ReadVocabulary(string path)
    {
        var ids = new Dictionary<string, int>();
        var taken = new HashSet<int>();
        var bytes = ReadBounded(path);
        var reader = new Utf8JsonReader(bytes);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw Refuse(path, bytes, reader, "expected an object");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var symbol = reader.GetString()!;
                if (symbol.Length == 0) throw Refuse(path, bytes, reader, "an empty symbol");
                if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var id) || id is < 0 or >= LargestId)
                    throw Refuse(path, bytes, reader, $"the id of `{symbol}` is not a whole number in [0, {LargestId})");
                if (!taken.Add(id)) throw Refuse(path, bytes, reader, $"id {id} of `{symbol}` is already taken");
                if (!ids.TryAdd(symbol, id)) throw Refuse(path, bytes, reader, $"`{symbol}` appears twice");
            }
            if (reader.Read()) throw Refuse(path, bytes, reader, "unexpected content after the object");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw Refuse(path, bytes, reader, "not valid JSON", error);
        }
        return ids.Count > 0 ? ids : throw new CheckpointException($"`{path}`: the vocabulary is empty");
    }

    private static List<string> ReadMerges(string path, Dictionary<string, int> ids)
    {
        var merges = new List<string>();
        var seen = new HashSet<string>();
        var lines = Decode(path).Split('\n');
        for (var number = 1; number <= lines.Length; number++)
        {
            var line = lines[number - 1].TrimEnd('\r');
            if (line.Length == 0 || (number == 1 && line.StartsWith("#version", StringComparison.Ordinal))) continue;
            var parts = line.Split(' ');
            if (parts.Length != 2 || parts.Any(part => part.Length == 0))
                throw new CheckpointException($"`{path}`, line {number}: expected two symbols and one space between them");
            foreach (var symbol in new[] { parts[0], parts[1], parts[0] + parts[1] })
                if (!ids.ContainsKey(symbol))
                    throw new CheckpointException($"`{path}`, line {number}: `{symbol}` is not in `vocab.json`");
            if (!seen.Add(line)) throw new CheckpointException($"`{path}`, line {number}: the merge `{line}` appears twice");
            merges.Add(line);
        }
        return merges;
    }

    /// <summary>Special tokens by role; each is a string or an object with <c>content</c>. The file may be absent.</summary>
    private static Dictionary<string, string> ReadSpecials(string path)
    {
        var tokens = new Dictionary<string, string>();
        if (!File.Exists(path)) return tokens;
        try
        {
            using var document = JsonDocument.Parse(ReadBounded(path));
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name is not ("bos_token" or "eos_token" or "unk_token" or "pad_token")) continue;
                var value = property.Value;
                if (value.ValueKind == JsonValueKind.Null) continue;
                if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out var content)) value = content;
                if (value.ValueKind != JsonValueKind.String || value.GetString() is not { Length: > 0 } token)
                    throw new CheckpointException($"`{path}`: `{property.Name}` is not a token");
                tokens[property.Name] = token;
            }
        }
        catch (JsonException error)
        {
            throw new CheckpointException($"`{path}`, line {error.LineNumber + 1}: not valid JSON", error);
        }
        catch (InvalidOperationException error)
        {
            throw new CheckpointException($"`{path}`: expected an object", error);
        }
        return tokens;
    }

    private static byte[] ReadBounded(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) throw new CheckpointException($"`{path}` does not exist");
        if (file.Length > LargestFile) throw new CheckpointException($"`{path}` has {file.Length} bytes, expected at most {LargestFile}");
        return File.ReadAllBytes(path);
    }

    private static string Decode(string path)
    {
        try
        {
            return StrictUtf8.GetString(ReadBounded(path));
        }
        catch (DecoderFallbackException error)
        {
            throw new CheckpointException($"`{path}` is not UTF-8 at byte {error.Index}", error);
        }
    }

    private static CheckpointException Refuse(
        string path, byte[] bytes, Utf8JsonReader reader, string problem, Exception? cause = null)
    {
        var position = (int)Math.Min(reader.TokenStartIndex, bytes.Length);
        var line = 1 + bytes.AsSpan(0, position).Count((byte)'\n');
        // A JsonException knows better where it stumbled than the last good token does.
        if (cause is JsonException { LineNumber: { } at }) line = (int)at + 1;
        var message = $"`{path}`, line {line}: {problem}";
        return cause is null ? new CheckpointException(message) : new CheckpointException(message, cause);
    }
}

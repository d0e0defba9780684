using System.Globalization;
using System.Text.Json;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>
/// Reads a model's JSON configuration as a hostile file: unknown keys are ignored, absent or null keys take the given
/// default, and a value of the wrong type or out of bounds is refused with file and key.
/// </summary>
internal sealed class ConfigReader
{
    /// <summary>How a bare <c>-Infinity</c> reads, which Python writes and JSON does not have.</summary>
    public const string MinusInfinity = "-inf";

    private const long LargestFile = 4L << 20;
    private readonly JsonElement root;

    private ConfigReader(JsonElement root, string file)
    {
        this.root = root;
        File = file;
    }

    public string File { get; }

    public IEnumerable<string> Keys => root.EnumerateObject().Select(item => item.Name);

    public static ConfigReader Open(string path)
    {
        var info = new FileInfo(path);
        if (!info.Exists)
            throw new CheckpointException($"`{path}` does not exist");
        if (info.Length > LargestFile)
            throw new CheckpointException($"`{path}` has `{info.Length}` bytes, expected a configuration of at most `{LargestFile}`");
        return Parse(System.IO.File.ReadAllBytes(path), path);
    }

    public static ConfigReader Parse(ReadOnlySpan<byte> json, string file)
    {
        var root = StrictJson.Parse(WithoutInfinity(json), file);
        return root.ValueKind == JsonValueKind.Object
            ? new ConfigReader(root, file)
            : throw new CheckpointException($"`{file}` holds a JSON {root.ValueKind}, expected an object");
    }

    public bool Has(string key) => root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>The object under a key, or null.</summary>
    public ConfigReader? Section(string key)
    {
        if (!Has(key))
            return null;
        var value = root.GetProperty(key);
        return value.ValueKind == JsonValueKind.Object ? new ConfigReader(value, File) : throw Refuse(key, value, "an object");
    }

    public int Int(string key, int fallback, int least, int most)
    {
        if (!Has(key))
            return fallback;
        var value = root.GetProperty(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw Refuse(key, value, string.Create(CultureInfo.InvariantCulture, $"an integer from {least} to {most}"));
    }

    public double Number(string key, double fallback, double least, double most)
    {
        if (!Has(key))
            return fallback;
        var value = root.GetProperty(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most
            ? number
            : throw Refuse(key, value, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));
    }

    public bool Flag(string key, bool fallback)
    {
        if (!Has(key))
            return fallback;
        var value = root.GetProperty(key);
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Refuse(key, value, "true or false");
    }

    public string Word(string key, string fallback, params ReadOnlySpan<string> allowed)
    {
        if (!Has(key))
            return fallback;
        var value = root.GetProperty(key);
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { } text && (allowed.IsEmpty || allowed.Contains(text)))
            return text;
        throw Refuse(key, value, allowed.IsEmpty ? "a string" : $"one of `{string.Join("`, `", allowed!)}`");
    }

    /// <summary>A list of integers; a single integer counts as a list of one.</summary>
    public IReadOnlyList<int> Ints(string key, IReadOnlyList<int> fallback, int least, int most)
    {
        if (!Has(key))
            return fallback;
        var value = root.GetProperty(key);
        var items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value];
        var numbers = new int[items.Length];
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i].ValueKind != JsonValueKind.Number || !items[i].TryGetInt32(out numbers[i]) || numbers[i] < least || numbers[i] > most)
                throw Refuse(key, value, string.Create(CultureInfo.InvariantCulture, $"integers from {least} to {most}"));
        }

        return numbers.Length is > 0 and <= 16 ? numbers : throw Refuse(key, value, "1 to 16 integers");
    }

    public IReadOnlyList<string> Words(string key, IReadOnlyList<string> fallback, params ReadOnlySpan<string> allowed)
    {
        if (!Has(key))
            return fallback;
        var value = root.GetProperty(key);
        var wanted = $"a list of 1 to 16 of `{string.Join("`, `", allowed!)}`";
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is 0 or > 16)
            throw Refuse(key, value, wanted);
        var words = new List<string>();
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String || item.GetString() is not { } text || !allowed.Contains(text))
                throw Refuse(key, value, wanted);
            words.Add(text);
        }

        return words;
    }

    /// <summary>Refuses a feature this runtime does not have, unless its key is absent, null or false.</summary>
    public void RefuseFeature(string key, string why = "this architecture is not supported")
    {
        if (Has(key) && root.GetProperty(key) is { ValueKind: not JsonValueKind.False } value)
            throw Refuse(key, value, "the key to be absent: " + why);
    }

    private static ReadOnlySpan<byte> WithoutInfinity(ReadOnlySpan<byte> json)
    {
        var word = "-Infinity"u8;
        if (json.IndexOf(word) < 0)
            return json;
        var plain = json.ToArray();
        var inText = false;
        for (var i = 0; i < plain.Length; i++)
        {
            if (plain[i] == '"')
            {
                inText = !inText;
            }
            else if (inText && plain[i] == '\\')
            {
                i++;
            }
            else if (!inText && plain.AsSpan(i).StartsWith(word))
            {
                // As long as the word, so that messages name the right byte.
                "\"-inf\"   "u8.CopyTo(plain.AsSpan(i));
                i += word.Length - 1;
            }
        }

        return plain;
    }

    private CheckpointException Refuse(string key, JsonElement value, string expected)
    {
        var text = value.GetRawText();
        return new CheckpointException($"`{File}`: `{key}` is `{(text.Length > 80 ? text[..80] + "..." : text)}`, expected {expected}");
    }
}

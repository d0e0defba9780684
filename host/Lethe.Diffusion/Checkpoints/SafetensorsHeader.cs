using System.Text.Json;
using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>
/// Reads and checks the JSON header of a safetensors file: every tensor has a known format, its range fits its shape, and
/// the ranges cover the data without gaps or overlaps.
/// </summary>
internal static class SafetensorsHeader
{
    public const long LargestHeader = 100_000_000;
    private const int MostDimensions = 16;

    /// <summary>Parses the header of a file with <paramref name="dataLength"/> bytes after it.</summary>
    public static (SortedDictionary<string, SafetensorsEntry> Entries, SortedDictionary<string, string> Metadata) Parse(
        ReadOnlySpan<byte> json, long dataLength, string file)
    {
        var entries = new SortedDictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var seenMetadata = false;
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            var root = JsonElement.ParseValue(ref reader);
            if (root.ValueKind != JsonValueKind.Object)
                throw new CheckpointException($"`{file}`: the header at byte 8 is a JSON {root.ValueKind}, expected an object");
            foreach (var item in root.EnumerateObject())
            {
                if (item.Name == "__metadata__")
                {
                    if (seenMetadata)
                        throw new CheckpointException($"`{file}`: `__metadata__` occurs twice in the header");
                    seenMetadata = true;
                    ReadMetadata(item.Value, metadata, file);
                }
                else if (!entries.TryAdd(item.Name, ReadEntry(item.Name, item.Value, dataLength, file)))
                {
                    throw new CheckpointException($"`{file}`: tensor `{item.Name}` occurs twice in the header");
                }
            }
        }
        catch (JsonException problem)
        {
            throw new CheckpointException(
                $"`{file}`: the header is not valid JSON at byte {8 + problem.BytePositionInLine.GetValueOrDefault()} (line {problem.LineNumber + 1})",
                problem);
        }
        catch (InvalidOperationException problem)
        {
            // Names with lone surrogates are the one thing the JSON reader lets through and cannot turn into text.
            throw new CheckpointException($"`{file}`: the header holds a string that is not valid Unicode", problem);
        }

        CheckCoverage(entries.Values, dataLength, file);
        return (entries, metadata);
    }

    private static SafetensorsEntry ReadEntry(string name, JsonElement value, long dataLength, string file)
    {
        var where = $"`{file}`: tensor `{name}`";
        if (value.ValueKind != JsonValueKind.Object)
            throw new CheckpointException($"{where} is a JSON {value.ValueKind}, expected an object with `dtype`, `shape`, `data_offsets`");
        var typeName = value.TryGetProperty("dtype", out var dtype) && dtype.ValueKind == JsonValueKind.String ? dtype.GetString() : null;
        var (type, size) = SafetensorsType.Find(typeName)
            ?? throw new CheckpointException($"{where} has dtype `{typeName ?? "none"}`, expected one of `{SafetensorsType.AllNames}`");
        var shape = Integers(value, "shape", MostDimensions, where);
        var offsets = Integers(value, "data_offsets", 2, where);
        if (offsets.Length != 2 || offsets[0] > offsets[1])
            throw new CheckpointException($"{where} has data_offsets `{Shapes.Text(offsets)}`, expected `[begin, end]` with begin <= end");
        if (offsets[1] > dataLength)
            throw new CheckpointException(
                $"{where} ends at byte `{offsets[1]}` of the data, but the file holds only `{dataLength}`\n\nhint: the file is truncated; fetch it again");
        Int128 bytes = size;
        foreach (var extent in shape)
        {
            bytes *= extent;
            if (bytes > long.MaxValue)
                throw new CheckpointException($"{where} has shape `{Shapes.Text(shape)}`, which is larger than any file");
        }

        if (bytes != offsets[1] - offsets[0])
            throw new CheckpointException(
                $"{where} has `{offsets[1] - offsets[0]}` bytes at data_offsets `{Shapes.Text(offsets)}`, " +
                $"expected `{bytes}` for shape `{Shapes.Text(shape)}` of {typeName}");
        return new SafetensorsEntry(name, type, shape, offsets[0], offsets[1]);
    }

    private static long[] Integers(JsonElement parent, string key, int most, string where)
    {
        if (!parent.TryGetProperty(key, out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > most)
            throw new CheckpointException($"{where} has no usable `{key}`, expected a list of at most {most} integers");
        var numbers = new long[list.GetArrayLength()];
        var i = 0;
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out numbers[i]) || numbers[i] < 0)
                throw new CheckpointException($"{where} has `{item.GetRawText()}` in `{key}`, expected an integer of at least 0");
            i++;
        }

        return numbers;
    }

    private static void ReadMetadata(JsonElement value, SortedDictionary<string, string> metadata, string file)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw new CheckpointException($"`{file}`: `__metadata__` is a JSON {value.ValueKind}, expected an object of strings");
        foreach (var item in value.EnumerateObject())
        {
            if (item.Value.ValueKind != JsonValueKind.String)
                throw new CheckpointException($"`{file}`: `__metadata__` has a JSON {item.Value.ValueKind} under `{item.Name}`, expected a string");
            metadata[item.Name] = item.Value.GetString()!;
        }
    }

    private static void CheckCoverage(IEnumerable<SafetensorsEntry> entries, long dataLength, string file)
    {
        long covered = 0;
        var previous = "the start of the data";
        foreach (var entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin < covered)
                throw new CheckpointException(
                    $"`{file}`: tensor `{entry.Name}` starts at byte `{entry.Begin}` of the data, inside {previous} which ends at `{covered}`");
            if (entry.Begin > covered)
                throw new CheckpointException(
                    $"`{file}`: tensor `{entry.Name}` starts at byte `{entry.Begin}` of the data, expected `{covered}` after {previous}");
            covered = entry.End;
            previous = $"`{entry.Name}`";
        }

        if (covered != dataLength)
            throw new CheckpointException($"`{file}` holds `{dataLength}` bytes of data, but its tensors cover only `{covered}`");
    }
}

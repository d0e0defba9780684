using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lethe.Plugins.Cpe;

/// <summary>
/// Adapter files in the authors' layout: safetensors, every tensor F32, sorted by name, texts in the header. What is read is somebody
/// else's: every size and offset is checked before it is used.
/// </summary>
internal static class AdapterFile
{
    private const long LargestFile = 1L << 28;
    private const int LargestHeader = 1 << 20;
    private const long LargestExtent = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <returns>Tensors by name, which the caller disposes, and the header's texts in their order.</returns>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static (SortedDictionary<string, Tensor> Tensors, IReadOnlyList<KeyValuePair<string, string>> Texts) Read(string path)
    {
        if (new FileInfo(path).Length is var length && length is < 8 or > LargestFile)
            throw Bad(path, $"has {length} bytes, expected 8 to {LargestFile}");
        var bytes = File.ReadAllBytes(path);
        var announced = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (announced > LargestHeader || (long)announced > bytes.Length - 8)
            throw Bad(path, $"announces a header of {announced} bytes, expected at most {Math.Min(LargestHeader, bytes.Length - 8)}");
        var start = 8 + (int)announced;
        try
        {
            using var header = JsonDocument.Parse(bytes.AsMemory(8, (int)announced), new JsonDocumentOptions { MaxDepth = 4 });
            return Parse(path, header.RootElement, bytes, start);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"`{path}`: the header is not what a safetensors file has: {failure.Message.TrimEnd('.')}", failure);
        }
    }

    /// <summary>Writes a file: to a temporary name first, the same bytes for the same content.</summary>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IEnumerable<KeyValuePair<string, string>> texts)
    {
        var sorted = tensors.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        var header = Header(sorted, texts);
        var temporary = path + ".part";
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var (_, tensor) in sorted)
            {
                using var scope = torch.NewDisposeScope();
                stream.Write(tensor.detach().cpu().to(ScalarType.Float32).contiguous().bytes);
            }
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static (SortedDictionary<string, Tensor>, IReadOnlyList<KeyValuePair<string, string>>) Parse(
        string path, JsonElement header, byte[] bytes, int start)
    {
        var texts = new List<KeyValuePair<string, string>>();
        var entries = new SortedDictionary<string, (long[] Shape, long Begin, long End)>(StringComparer.Ordinal);
        foreach (var item in header.EnumerateObject())
        {
            if (item.Name == "__metadata__")
                texts.AddRange(item.Value.EnumerateObject().Select(text => KeyValuePair.Create(text.Name, text.Value.GetString() ?? "")));
            else if (!entries.TryAdd(item.Name, Entry(path, item)))
                throw Bad(path, $"names tensor `{item.Name}` twice");
        }

        if (texts.Select(text => text.Key).Distinct().Count() != texts.Count)
            throw Bad(path, "has the same text twice in its header");
        var covered = 0L;
        foreach (var (name, entry) in entries.OrderBy(pair => pair.Value.Begin).ThenBy(pair => pair.Value.End))
        {
            if (entry.Begin != covered)
                throw Bad(path, $"has tensor `{name}` at byte {entry.Begin} of the data, expected {covered}");
            covered = entry.End;
        }

        if (covered != bytes.Length - start)
            throw Bad(path, $"holds {bytes.Length - start} bytes of data, its tensors take {covered}");
        return (Tensors(entries, bytes, start), texts);
    }

    private static SortedDictionary<string, Tensor> Tensors(
        SortedDictionary<string, (long[] Shape, long Begin, long End)> entries, byte[] bytes, int start)
    {
        var tensors = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, entry) in entries)
        {
            var tensor = torch.empty(entry.Shape, dtype: ScalarType.Float32).DetachFromDisposeScope();
            bytes.AsSpan(start + (int)entry.Begin, (int)(entry.End - entry.Begin)).CopyTo(tensor.bytes);
            tensors.Add(name, tensor);
        }

        return tensors;
    }

    private static (long[] Shape, long Begin, long End) Entry(string path, JsonProperty item)
    {
        if (item.Value.ValueKind != JsonValueKind.Object || !item.Value.TryGetProperty("dtype", out var dtype) || dtype.GetString() != "F32")
            throw Bad(path, $"has tensor `{item.Name}` in another format than `F32`");
        if (!item.Value.TryGetProperty("shape", out var sizes) || !item.Value.TryGetProperty("data_offsets", out var offsets)
            || sizes.GetArrayLength() > 3 || offsets.GetArrayLength() != 2)
            throw Bad(path, $"has tensor `{item.Name}` without a usable `shape` and `data_offsets`");
        var shape = sizes.EnumerateArray().Select(size => size.GetInt64()).ToArray();
        var (begin, end) = (offsets[0].GetInt64(), offsets[1].GetInt64());
        if (shape.Any(size => size is < 1 or > LargestExtent) || begin < 0 || end > LargestFile
            || end - begin != shape.Aggregate((Int128)sizeof(float), (product, size) => product * size))
            throw Bad(path, $"has tensor `{item.Name}` of shape `[{string.Join(", ", shape)}]` at bytes {begin} to {end}, which do not fit each other");
        return (shape, begin, end);
    }

    private static byte[] Header(List<KeyValuePair<string, Tensor>> tensors, IEnumerable<KeyValuePair<string, string>> texts)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach (var (key, value) in texts)
                json.WriteString(key, value);
            json.WriteEndObject();
            var offset = 0L;
            foreach (var (name, tensor) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                foreach (var size in tensor.shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += sizeof(float) * tensor.numel());
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static InvalidDataException Bad(string path, string what) => new($"`{path}` {what}");
}

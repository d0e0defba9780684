using System.Buffers.Binary;
using System.Text.Json;
using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>Writes safetensors files: sorted by name, the same bytes for the same content, to a temporary name first.</summary>
public static class SafetensorsWriter
{
    /// <summary>Writes named tensors.</summary>
    /// <param name="path">The file; replaced only once the new one is complete.</param>
    /// <param name="tensors">Tensors by name; none is disposed.</param>
    /// <param name="metadata">Text pairs for the header; <c>format</c> is <c>pt</c> unless given.</param>
    /// <param name="floatType">Format of floating-point tensors; null keeps each tensor's own.</param>
    /// <exception cref="CheckpointException">A finite number does not fit the format.</exception>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null,
        ScalarType? floatType = null) =>
        WriteAs(path, tensors.Select(item => (item.Key, item.Value, TypeFor(item.Value, item.Value.dtype, floatType))), metadata);

    /// <summary>Writes a network's weights; null for <paramref name="floatType"/> keeps the format each came in.</summary>
    public static void Write(
        string path, StateDict weights, IReadOnlyDictionary<string, string>? metadata = null, ScalarType? floatType = null) =>
        WriteAs(path, weights.Weights.Select(item => (item.Name, item.Content, TypeFor(item.Content, item.StoredType, floatType))), metadata);

    /// <summary>Writes what stands before the data: the header's length, then the header, padded to eight bytes.</summary>
    /// <param name="stream">At its start.</param>
    /// <param name="tensors">Every tensor, in the order in which its data follows without gaps.</param>
    /// <param name="metadata">Text pairs for the header; <c>format</c> is <c>pt</c> unless given.</param>
    public static void WriteHeader(
        Stream stream, IEnumerable<(string Name, ScalarType Type, IReadOnlyList<long> Shape)> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" };
            foreach (var (key, value) in metadata ?? new Dictionary<string, string>())
                pairs[key] = value;
            foreach (var (key, value) in pairs)
                json.WriteString(key, value);
            json.WriteEndObject();
            var offset = 0L;
            foreach (var (name, type, shape) in tensors)
            {
                var (typeName, size) = SafetensorsType.Of(type);
                json.WriteStartObject(name);
                json.WriteString("dtype", typeName);
                json.WriteStartArray("shape");
                foreach (var extent in shape)
                    json.WriteNumberValue(extent);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += shape.Aggregate((long)size, (product, extent) => product * extent));
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)buffer.Length);
        stream.Write(length);
        stream.Write(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static ScalarType TypeFor(Tensor tensor, ScalarType stored, ScalarType? floatType) =>
        tensor.IsFloat() ? floatType ?? stored : tensor.dtype;

    /// <summary>Writes named tensors, each in a format of its own.</summary>
    internal static void WriteAs(
        string path, IEnumerable<(string Name, Tensor Tensor, ScalarType Type)> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        // Aligned data: wide elements first, then by name, as the reference implementation lays files out.
        var items = tensors.OrderByDescending(item => SafetensorsType.Of(item.Type).Size).ThenBy(item => item.Name, StringComparer.Ordinal).ToArray();
        AtomicFile.Write(path, temporary =>
        {
            using var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
            WriteHeader(stream, items.Select(item => (item.Name, item.Type, (IReadOnlyList<long>)item.Tensor.shape)), metadata);
            foreach (var (name, tensor, type) in items)
                WriteData(stream, name, tensor, type, path);
            stream.Flush(flushToDisk: true);
        });
    }

    private static void WriteData(Stream stream, string name, Tensor tensor, ScalarType type, string path)
    {
        if (tensor.numel() == 0)
            return;
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var narrows = type is ScalarType.Float16 or ScalarType.BFloat16 && tensor.dtype != type;
        var plain = tensor.detach().cpu().to(narrows ? ScalarType.Float32 : type).contiguous();
        if (!narrows)
        {
            stream.Write(plain.bytes);
            return;
        }

        var narrow = new byte[plain.numel() * 2];
        if (!Numbers.Narrow(plain.bytes, type, narrow))
            throw new CheckpointException(
                $"`{path}`: tensor `{name}` has values that do not fit {SafetensorsType.Of(type).Name}\n\nhint: save as float32");
        stream.Write(narrow);
    }
}

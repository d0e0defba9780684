using System.Buffers.Binary;
using System.Text.Json;
using Lethe.Diffusion.Checkpoints;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Runs;

/// <summary>
/// Copies a safetensors file with some tensors replaced. Layout and order stay. Unless another number format is asked for,
/// formats stay too, and so does every byte of every other tensor, because it is copied and never decoded.
/// </summary>
internal static class CheckpointPatch
{
    private const int Piece = 1 << 20;

    /// <summary>Writes <paramref name="target"/>; the caller takes care of temporary names.</summary>
    /// <param name="source">The file to copy.</param>
    /// <param name="target">The file to write.</param>
    /// <param name="replace">New values by name; names that the file lacks are ignored.</param>
    /// <param name="metadata">Text pairs added to the header.</param>
    /// <param name="floatType">Format of floating-point tensors; null keeps each tensor's own.</param>
    public static void Write(
        SafetensorsFile source, string target, IReadOnlyDictionary<string, Tensor> replace, IReadOnlyDictionary<string, string> metadata,
        ScalarType? floatType = null)
    {
        using var input = new FileStream(source.Path, FileMode.Open, FileAccess.Read, FileShare.Read, Piece);
        var dataStart = 8 + (long)BinaryPrimitives.ReadUInt64LittleEndian(ReadPrefix(input));
        var header = Header(source, metadata, floatType);
        using var output = new FileStream(target, FileMode.Create, FileAccess.Write, FileShare.None, Piece);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        output.Write(length);
        output.Write(header);
        foreach (var entry in source.Entries.Values.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (replace.TryGetValue(entry.Name, out var tensor))
                output.Write(Bytes(tensor, entry, TargetType(entry, floatType), source.Path));
            else if (TargetType(entry, floatType) is var type && type != entry.StoredType)
                Convert(source, entry, type, output);
            else
                Copy(input, dataStart + entry.Begin, entry.End - entry.Begin, output);
        }
    }

    private static void Convert(SafetensorsFile source, SafetensorsEntry entry, ScalarType type, FileStream output)
    {
        using var tensor = source.Read(entry.Name);
        output.Write(Bytes(tensor, entry, type, source.Path));
    }

    private static ScalarType TargetType(SafetensorsEntry entry, ScalarType? floatType) =>
        entry.StoredType is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64 ? floatType ?? entry.StoredType : entry.StoredType;

    private static byte[] Bytes(Tensor tensor, SafetensorsEntry entry, ScalarType type, string file)
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        if (!tensor.shape.AsSpan().SequenceEqual([.. entry.Shape]))
            throw new RunException(ExitCode.RunFailed, DiagnosticId.TensorMismatch,
                $"`{file}`: tensor `{entry.Name}` has shape `[{string.Join(", ", entry.Shape)}]`, the edit has `[{string.Join(", ", tensor.shape)}]`");
        var stored = tensor.detach().cpu().to(type).contiguous();
        if (!torch.isfinite(stored.to(ScalarType.Float32)).all().item<bool>())
            throw new RunException(ExitCode.RunFailed, DiagnosticId.TensorNotFinite,
                $"edited tensor `{entry.Name}` holds NaN, infinity or a value too large for `{type}`",
                "lower the eraser's strength, or write the model in `float32`");
        return stored.bytes.ToArray();
    }

    private static byte[] ReadPrefix(FileStream input)
    {
        var prefix = new byte[8];
        input.ReadExactly(prefix);
        return prefix;
    }

    private static void Copy(FileStream input, long from, long count, FileStream output)
    {
        input.Position = from;
        var buffer = new byte[Math.Min(Piece, count)];
        while (count > 0)
        {
            var read = (int)Math.Min(buffer.Length, count);
            input.ReadExactly(buffer, 0, read);
            output.Write(buffer, 0, read);
            count -= read;
        }
    }

    private static byte[] Header(SafetensorsFile source, IReadOnlyDictionary<string, string> metadata, ScalarType? floatType)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach (var (key, value) in new SortedDictionary<string, string>(
                source.Metadata.Where(pair => !metadata.ContainsKey(pair.Key)).Concat(metadata).ToDictionary(), StringComparer.Ordinal))
                json.WriteString(key, value);
            json.WriteEndObject();
            var offset = 0L;
            foreach (var entry in source.Entries.Values.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
            {
                var (type, size) = Format(TargetType(entry, floatType));
                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", type);
                json.WriteStartArray("shape");
                foreach (var extent in entry.Shape)
                    json.WriteNumberValue(extent);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += entry.Shape.Aggregate((long)size, (product, extent) => product * extent));
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static (string Name, int Size) Format(ScalarType type) => type switch
    {
        ScalarType.Float32 => ("F32", 4),
        ScalarType.Float16 => ("F16", 2),
        ScalarType.BFloat16 => ("BF16", 2),
        ScalarType.Float64 => ("F64", 8),
        ScalarType.Int64 => ("I64", 8),
        ScalarType.Int32 => ("I32", 4),
        ScalarType.Int16 => ("I16", 2),
        ScalarType.Int8 => ("I8", 1),
        ScalarType.Byte => ("U8", 1),
        ScalarType.Bool => ("BOOL", 1),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a safetensors format"),
    };
}

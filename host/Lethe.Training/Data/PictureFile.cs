using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Lethe.Training.Data;

/// <summary>Writes the pictures and their labels as one safetensors file.</summary>
internal static class PictureFile
{
    public static void Write(string path, IReadOnlyList<PictureCell> cells, int size)
    {
        long n = cells.Count;
        (string Name, string Type, long[] Shape, long Bytes)[] tensors =
        [
            // Widest elements first keeps every tensor aligned.
            ("object", "I64", [n], 8 * n),
            ("style", "I64", [n], 8 * n),
            ("heldout", "U8", [n], n),
            ("images", "U8", [n, size, size, 3], n * size * size * 3),
        ];

        using var file = File.Create(path);
        file.Write(Header(tensors));
        WriteNumbers(file, cells.Select(c => c.Object));
        WriteNumbers(file, cells.Select(c => c.Style));
        file.Write([.. cells.Select(c => (byte)(c.HeldOut ? 1 : 0))]);
        foreach (var cell in cells)
        {
            file.Write(cell.Pixels);
        }
    }

    private static byte[] Header((string Name, string Type, long[] Shape, long Bytes)[] tensors)
    {
        var entries = new Dictionary<string, object>();
        long offset = 0;
        foreach (var (name, type, shape, bytes) in tensors)
        {
            entries[name] = new { dtype = type, shape, data_offsets = new[] { offset, offset + bytes } };
            offset += bytes;
        }

        var json = JsonSerializer.Serialize(entries);
        json = json.PadRight((json.Length + 7) / 8 * 8);
        var header = new byte[8 + json.Length];
        BinaryPrimitives.WriteInt64LittleEndian(header, json.Length);
        Encoding.ASCII.GetBytes(json, header.AsSpan(8));
        return header;
    }

    private static void WriteNumbers(FileStream file, IEnumerable<int> numbers)
    {
        Span<byte> bytes = stackalloc byte[8];
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
            file.Write(bytes);
        }
    }
}

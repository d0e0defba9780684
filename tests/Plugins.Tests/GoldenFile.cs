using System.Buffers.Binary;
using System.Text.Json;

namespace Plugins.Tests;

/// <summary>Reference values made by the authors' programs; they live beside the repository, so tests skip without them.</summary>
internal static class GoldenFile
{
    public static string? Find(string relative)
    {
        if (Environment.GetEnvironmentVariable("LETHE_GOLDEN") is { Length: > 0 } root)
            return Existing(Path.Combine(root, relative));

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Existing(Path.Combine(folder.FullName, "shared", "golden", relative)) is { } path)
                return path;
        }

        return null;
    }

    /// <summary>Reads a safetensors file of float64 tensors.</summary>
    public static IReadOnlyDictionary<string, Tensor> Doubles(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var headerLength = checked((int)BinaryPrimitives.ReadInt64LittleEndian(bytes));
        using var header = JsonDocument.Parse(bytes.AsMemory(8, headerLength));
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var entry in header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
        {
            Assert.Equal("F64", entry.Value.GetProperty("dtype").GetString());
            var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
            var start = 8 + headerLength + entry.Value.GetProperty("data_offsets")[0].GetInt32();
            var values = new double[shape.Aggregate(1L, (product, size) => product * size)];
            Buffer.BlockCopy(bytes, start, values, 0, values.Length * sizeof(double));
            tensors[entry.Name] = torch.tensor(values, shape);
        }

        return tensors;
    }

    private static string? Existing(string path) => File.Exists(path) ? path : null;
}

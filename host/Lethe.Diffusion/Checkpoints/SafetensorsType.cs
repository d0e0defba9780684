namespace Lethe.Diffusion.Checkpoints;

/// <summary>The number formats of safetensors that this runtime reads.</summary>
internal static class SafetensorsType
{
    private static readonly (string Name, ScalarType Type, int Size)[] Types =
    [
        ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2), ("F64", ScalarType.Float64, 8),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    public static (ScalarType Type, int Size)? Find(string? name)
    {
        foreach (var entry in Types)
        {
            if (entry.Name == name)
                return (entry.Type, entry.Size);
        }

        return null;
    }

    public static (string Name, int Size) Of(ScalarType type)
    {
        foreach (var entry in Types)
        {
            if (entry.Type == type)
                return (entry.Name, entry.Size);
        }

        throw new ArgumentException($"tensors of type `{type}` have no safetensors format");
    }

    public static string AllNames => string.Join("`, `", Types.Select(entry => entry.Name));
}

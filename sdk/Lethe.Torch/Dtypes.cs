namespace Lethe.Torch;

/// <summary>C# element types and their dtypes.</summary>
internal static class Dtypes
{
    internal static torch.ScalarType Of<T>()
        where T : unmanaged => default(T) switch
        {
            float => torch.ScalarType.Float32,
            double => torch.ScalarType.Float64,
            long => torch.ScalarType.Int64,
            int => torch.ScalarType.Int32,
            short => torch.ScalarType.Int16,
            sbyte => torch.ScalarType.Int8,
            byte => torch.ScalarType.Byte,
            bool => torch.ScalarType.Bool,
            Half => torch.ScalarType.Float16,
            _ => throw new ArgumentException($"no dtype holds `{typeof(T).Name}`"),
        };
}

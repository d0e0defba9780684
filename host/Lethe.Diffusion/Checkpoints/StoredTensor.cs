namespace Lethe.Diffusion.Checkpoints;

/// <summary>One tensor in a file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="StoredType">Its number format in the file.</param>
/// <param name="Shape">Its shape; empty for a scalar.</param>
public record StoredTensor(string Name, ScalarType StoredType, IReadOnlyList<long> Shape)
{
    /// <summary>The number of scalars.</summary>
    public long Count => Shape.Aggregate(1L, (product, extent) => product * extent);

    /// <summary>Bytes in its own format.</summary>
    public long Bytes => Count * SafetensorsType.Of(StoredType).Size;

    /// <summary>Whether it is a weight and not a table of indices.</summary>
    public bool IsFloat => StoredType is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64;

    /// <summary>The number format as safetensors calls it, such as <c>F16</c>.</summary>
    public string TypeName => SafetensorsType.Of(StoredType).Name;
}

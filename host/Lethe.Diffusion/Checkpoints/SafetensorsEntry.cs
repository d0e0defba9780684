namespace Lethe.Diffusion.Checkpoints;

/// <summary>One tensor in a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="StoredType">Its number format in the file.</param>
/// <param name="Shape">Its shape; empty for a scalar.</param>
/// <param name="Begin">First byte, counted from the start of the data.</param>
/// <param name="End">One past the last byte.</param>
public sealed record SafetensorsEntry(string Name, ScalarType StoredType, IReadOnlyList<long> Shape, long Begin, long End)
    : StoredTensor(Name, StoredType, Shape);

namespace Lethe.Diffusion.Networks;

internal static class Dtypes
{
    /// <summary>Whether a tensor is a weight and not a table of indices.</summary>
    public static bool IsFloat(this Tensor tensor) =>
        tensor.dtype is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64;
}

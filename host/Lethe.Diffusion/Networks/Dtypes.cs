namespace Lethe.Diffusion.Networks;

/// <summary>Questions about where and in which number format a tensor lies.</summary>
internal static class Dtypes
{
    /// <summary>Whether a tensor lies on a device; two <c>Device</c> objects of one device are not equal.</summary>
    public static bool IsOn(this Tensor tensor, Device device) => tensor.device_type == device.type && tensor.device_index == device.index;

    /// <summary>Whether a tensor is a weight and not a table of indices.</summary>
    public static bool IsFloat(this Tensor tensor) =>
        tensor.dtype is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64;
}

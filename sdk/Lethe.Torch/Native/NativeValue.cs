using System.Runtime.InteropServices;

namespace Lethe.Torch.Native;

/// <summary><c>lt_tag</c> of the shim.</summary>
internal enum Tag
{
    None = 0,
    Tensor = 1,
    Int = 2,
    Double = 3,
    Bool = 4,
    IntList = 5,
    DoubleList = 6,
    TensorList = 7,
    OptionalTensors = 8,
    String = 9,
    Device = 10,
    Generator = 11,
}

/// <summary><c>lt_value</c> of the shim.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeValue
{
    public Tag Tag;
    public int Length;
    public long Bits;
}

/// <summary><c>lt_tensor_info</c> of the shim.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeTensorInfo
{
    public long ElementCount;
    public void* Data;
    public int DType;
    public int Dimensions;
    public int DeviceType;
    public int DeviceIndex;
    public int RequiresGrad;
    public int IsLeaf;
    public int IsContiguous;
    public int ElementSize;
}

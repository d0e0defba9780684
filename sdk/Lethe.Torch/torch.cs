using System.Runtime.InteropServices;
using Lethe.Torch.Native;

namespace Lethe.Torch;

/// <summary>libtorch for .NET: names, order of parameters and defaults are TorchSharp's, for the subset that is here.</summary>
public static partial class torch
{
    /// <summary>Version of the libtorch that is loaded, e.g. <c>1.13.1</c>.</summary>
    public static unsafe string __version__ => Marshal.PtrToStringUTF8((nint)NativeMethods.lt_version())!;

    /// <summary>Opens a scope that frees, when disposed, all tensors made since on this thread.</summary>
    public static DisposeScope NewDisposeScope() => new();

    /// <summary>How many threads one operator may use.</summary>
    public static int get_num_threads() => NativeMethods.lt_threads();

    /// <summary>Sets how many threads one operator may use.</summary>
    public static void set_num_threads(int num) => NativeMethods.lt_set_threads(num);

    /// <summary>Treats denormal numbers as zero on this thread; false when the processor cannot.</summary>
    public static bool set_flush_denormal(bool mode) => NativeMethods.lt_set_flush_denormal(mode ? 1 : 0) != 0;

    /// <summary>Uninitialised tensor.</summary>
    public static Tensor empty(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Aten.empty.Call(size.ToArray(), dtype, Argument.None, device), requires_grad);

    /// <summary>Tensor of zeros.</summary>
    public static Tensor zeros(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Aten.zeros.Call(size.ToArray(), dtype, Argument.None, device), requires_grad);

    /// <summary>Tensor of ones.</summary>
    public static Tensor ones(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Aten.ones.Call(size.ToArray(), dtype, Argument.None, device), requires_grad);

    /// <summary>Tensor filled with one value.</summary>
    public static Tensor full(ReadOnlySpan<long> size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Aten.full.Call(size.ToArray(), value, dtype, Argument.None, device), requires_grad);

    /// <summary>
    /// Flat tensor in the memory of a mapped file, from its first byte. Unless <paramref name="shared"/>, what is written to the tensor stays in this process and never
    /// reaches the file. The map lasts as long as any tensor on it.
    /// </summary>
    public static Tensor from_file(string filename, bool? shared = null, long? size = 0, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Aten.from_file.Call(filename, shared is { } isShared ? isShared : Argument.None, size, dtype, Argument.None, device), requires_grad);

    /// <summary>Zeros shaped like another tensor.</summary>
    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null) => Aten.zeros_like.Call(input, dtype);

    /// <summary>Ones shaped like another tensor.</summary>
    public static Tensor ones_like(Tensor input, ScalarType? dtype = null) => Aten.ones_like.Call(input, dtype);

    /// <summary>Uninitialised tensor shaped like another.</summary>
    public static Tensor empty_like(Tensor input, ScalarType? dtype = null) => Aten.empty_like.Call(input, dtype);

    /// <summary>Standard normal noise shaped like another tensor, from the default generator.</summary>
    public static Tensor randn_like(Tensor input, ScalarType? dtype = null) => Aten.randn_like.Call(input, dtype);

    /// <summary>Identity matrix.</summary>
    public static Tensor eye(long rows, long columns = -1, ScalarType? dtype = null, Device? device = null) =>
        Aten.eye.Call(rows, columns < 0 ? rows : columns, dtype, Argument.None, device);

    /// <summary>0, 1, ... up to, without, <paramref name="stop"/>.</summary>
    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null) =>
        Aten.arange.Call(stop, dtype, Argument.None, device);

    /// <summary><paramref name="start"/>, <paramref name="start"/> + 1, ... up to, without, <paramref name="stop"/>.</summary>
    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null) =>
        Aten.arange_start.Call(start, stop, dtype, Argument.None, device);

    /// <summary>Numbers in steps up to, without, <paramref name="stop"/>.</summary>
    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null) =>
        Aten.arange_step.Call(start, stop, step, dtype, Argument.None, device);

    /// <summary>Evenly spaced numbers, both ends included.</summary>
    public static Tensor linspace(double start, double end, long steps, ScalarType? dtype = null, Device? device = null) =>
        Aten.linspace.Call(start, end, steps, dtype, Argument.None, device);

    /// <summary>Joins tensors along an existing dimension.</summary>
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => Aten.cat.Call(tensors.ToArray(), dim);

    /// <summary>Joins tensors along a new dimension.</summary>
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => Aten.stack.Call(tensors.ToArray(), dim);

    /// <summary>One number as a tensor without dimensions.</summary>
    public static Tensor tensor(float scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        From([scalar], [], dtype, device, requires_grad);

    /// <summary>One number as a tensor without dimensions.</summary>
    public static Tensor tensor(double scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        From([scalar], [], dtype, device, requires_grad);

    /// <summary>One number as a tensor without dimensions.</summary>
    public static Tensor tensor(long scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        From([scalar], [], dtype, device, requires_grad);

    /// <summary>One number as a tensor without dimensions.</summary>
    public static Tensor tensor(int scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        From([scalar], [], dtype, device, requires_grad);

    /// <summary>One truth value as a tensor without dimensions.</summary>
    public static Tensor tensor(bool scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        From([scalar], [], dtype, device, requires_grad);

    /// <summary>A vector.</summary>
    public static Tensor tensor(IList<float> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        From<float>(rawArray.ToArray(), [rawArray.Count], dtype, device, requires_grad);

    /// <summary>A vector.</summary>
    public static Tensor tensor(IList<double> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        From<double>(rawArray.ToArray(), [rawArray.Count], dtype, device, requires_grad);

    /// <summary>A vector.</summary>
    public static Tensor tensor(IList<long> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        From<long>(rawArray.ToArray(), [rawArray.Count], dtype, device, requires_grad);

    /// <summary>A vector.</summary>
    public static Tensor tensor(IList<int> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        From<int>(rawArray.ToArray(), [rawArray.Count], dtype, device, requires_grad);

    /// <summary>A vector.</summary>
    public static Tensor tensor(IList<bool> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        From<bool>(rawArray.ToArray(), [rawArray.Count], dtype, device, requires_grad);

    /// <summary>A vector.</summary>
    public static Tensor tensor(IList<byte> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        From<byte>(rawArray.ToArray(), [rawArray.Count], dtype, device, requires_grad);

    /// <summary>Numbers in row-major order and their shape.</summary>
    public static Tensor tensor(IList<float> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        From<float>(rawArray.ToArray(), dimensions, dtype, device, requires_grad);

    /// <summary>Numbers in row-major order and their shape.</summary>
    public static Tensor tensor(IList<double> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        From<double>(rawArray.ToArray(), dimensions, dtype, device, requires_grad);

    /// <summary>Numbers in row-major order and their shape.</summary>
    public static Tensor tensor(IList<long> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        From<long>(rawArray.ToArray(), dimensions, dtype, device, requires_grad);

    /// <summary>Numbers in row-major order and their shape.</summary>
    public static Tensor tensor(IList<int> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        From<int>(rawArray.ToArray(), dimensions, dtype, device, requires_grad);

    /// <summary>Numbers in row-major order and their shape.</summary>
    public static Tensor tensor(IList<byte> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        From<byte>(rawArray.ToArray(), dimensions, dtype, device, requires_grad);

    private static unsafe Tensor From<T>(ReadOnlySpan<T> data, ReadOnlySpan<long> dimensions, ScalarType? dtype, Device? device, bool requires_grad)
        where T : unmanaged
    {
        var expected = 1L;
        foreach (var dimension in dimensions)
            expected *= dimension;
        if (expected != data.Length)
            throw new ArgumentException($"{data.Length} numbers do not fill the shape [{string.Join(", ", dimensions.ToArray())}]", nameof(dimensions));
        // An empty array has no address; the copy reads nothing then.
        fixed (T* first = data)
        fixed (long* sizes = dimensions)
        {
            var result = new Tensor(NativeMethods.Check(
                NativeMethods.lt_tensor_copy_of(first, sizes, dimensions.Length, (int)Dtypes.Of<T>()), "tensor"));
            result = dtype is { } type && type != Dtypes.Of<T>() ? Replaced(result, result.to(type)) : result;
            result = device is null || device.type == DeviceType.CPU ? result : Replaced(result, result.to(device));
            return Made(result, requires_grad);
        }
    }

    private static Tensor Replaced(Tensor old, Tensor replacement)
    {
        old.Dispose();
        return replacement;
    }

    private static Tensor Made(Tensor tensor, bool requires_grad)
    {
        if (requires_grad)
            tensor.requires_grad = true;
        return tensor;
    }

    /// <summary>Facts about CUDA.</summary>
    public static class cuda
    {
        /// <summary>Whether this libtorch has CUDA and sees a device.</summary>
        public static bool is_available() => device_count() > 0;

        /// <summary>How many CUDA devices this libtorch sees; 0 where it has no CUDA.</summary>
        public static int device_count() => NativeMethods.lt_cuda_devices();
    }
}

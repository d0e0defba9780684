using System.Runtime.InteropServices;

namespace Lethe.Torch.Native;

/// <summary>The shim's C functions, one to one with <c>sdk/native/lethe_torch.h</c>.</summary>
internal static unsafe partial class NativeMethods
{
    internal const string Library = "lethe_torch";

    static NativeMethods() => NativeLibraries.Load();

    [LibraryImport(Library)]
    internal static partial byte* lt_last_error();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint lt_operator_find(string name, string overload);

    [LibraryImport(Library)]
    internal static partial int lt_operator_call(
        nint op, NativeValue* arguments, int count, NativeValue* results, int capacity, int* produced);

    [LibraryImport(Library)]
    internal static partial nint lt_tensor_copy_of(void* data, long* sizes, int dimensions, int dtype);

    [LibraryImport(Library)]
    internal static partial void lt_tensor_free(nint tensor);

    [LibraryImport(Library)]
    internal static partial int lt_tensor_describe(nint tensor, NativeTensorInfo* info, long* sizes, long* strides, int capacity);

    [LibraryImport(Library)]
    internal static partial int lt_tensor_set_requires_grad(nint tensor, int value);

    [LibraryImport(Library)]
    internal static partial nint lt_tensor_grad(nint tensor);

    [LibraryImport(Library)]
    internal static partial int lt_tensor_set_grad(nint tensor, nint grad);

    [LibraryImport(Library)]
    internal static partial long lt_tensor_live();

    [LibraryImport(Library)]
    internal static partial int lt_backward(nint* tensors, nint* grads, int count, int retainGraph, int createGraph);

    [LibraryImport(Library)]
    internal static partial int lt_grad(
        nint* outputs, nint* gradOutputs, int outputCount, nint* inputs, int inputCount, int retainGraph, int createGraph, int allowUnused, nint* results);

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial int lt_grad_enabled();

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial void lt_set_grad_enabled(int value);

    [LibraryImport(Library)]
    internal static partial int lt_manual_seed(ulong seed);

    [LibraryImport(Library)]
    internal static partial nint lt_default_generator();

    [LibraryImport(Library)]
    internal static partial nint lt_generator_new(ulong seed, int deviceType, int deviceIndex);

    [LibraryImport(Library)]
    internal static partial void lt_generator_free(nint generator);

    [LibraryImport(Library)]
    internal static partial int lt_generator_seed(nint generator, ulong seed);

    [LibraryImport(Library)]
    internal static partial nint lt_generator_state(nint generator);

    [LibraryImport(Library)]
    internal static partial int lt_generator_set_state(nint generator, nint state);

    [LibraryImport(Library)]
    internal static partial int lt_threads();

    [LibraryImport(Library)]
    internal static partial void lt_set_threads(int count);

    [LibraryImport(Library)]
    internal static partial void lt_tensor_memory(out long live, out long kept, out long peak);

    [LibraryImport(Library)]
    internal static partial int lt_set_flush_denormal(int value);

    [LibraryImport(Library)]
    internal static partial int lt_cuda_devices();

    [LibraryImport(Library)]
    internal static partial byte* lt_version();

    [LibraryImport(Library)]
    internal static partial byte* lt_configuration();

    /// <summary>Throws the shim's last error when <paramref name="status"/> says that the call failed.</summary>
    internal static void Check(int status, string operation)
    {
        if (status != 0)
            throw LastError(operation);
    }

    /// <summary>Passes a handle on; null means that the call failed.</summary>
    internal static nint Check(nint handle, string operation) => handle != 0 ? handle : throw LastError(operation);

    internal static TorchException LastError(string operation) =>
        new(operation, Marshal.PtrToStringUTF8((nint)lt_last_error()) ?? "unknown error");
}

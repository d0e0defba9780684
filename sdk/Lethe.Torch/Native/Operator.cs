using System.Runtime.CompilerServices;
using System.Text;

namespace Lethe.Torch.Native;

/// <summary>An ATen operator, looked up at its first call and kept.</summary>
/// <param name="name">Schema name, e.g. <c>aten::add</c>.</param>
/// <param name="overload">Overload name, e.g. <c>Tensor</c>; empty for the unnamed one.</param>
internal sealed unsafe class Operator(string name, string overload = "")
{
    private const int ScratchWords = 64;
    private const int MaxArguments = 16;
    private const int MaxResults = 8;
    private nint _handle;

    /// <summary>Calls an operator that returns one tensor.</summary>
    internal torch.Tensor Call(params ReadOnlySpan<Argument> arguments)
    {
        NativeValue* results = stackalloc NativeValue[1];
        Invoke(arguments, results, 1);
        return new torch.Tensor((nint)results[0].Bits);
    }

    /// <summary>Calls an operator that works in place on its first argument.</summary>
    /// <returns>The first argument itself; libtorch's second handle for it is given back.</returns>
    internal torch.Tensor CallInPlace(params ReadOnlySpan<Argument> arguments)
    {
        NativeValue* results = stackalloc NativeValue[1];
        if (Invoke(arguments, results, 1) == 1)
            NativeMethods.lt_tensor_free((nint)results[0].Bits);
        return (torch.Tensor)arguments[0].Reference!;
    }

    /// <summary>Calls an operator that returns several tensors or a list of them.</summary>
    internal torch.Tensor[] CallMany(int capacity, params ReadOnlySpan<Argument> arguments)
    {
        var results = capacity <= MaxResults ? stackalloc NativeValue[MaxResults] : new NativeValue[capacity];
        fixed (NativeValue* pointer = results)
        {
            var produced = Invoke(arguments, pointer, results.Length);
            var tensors = new torch.Tensor[produced];
            for (var i = 0; i < produced; i++)
                tensors[i] = new torch.Tensor((nint)pointer[i].Bits);
            return tensors;
        }
    }

    /// <summary>Calls an operator that returns nothing.</summary>
    internal void CallVoid(params ReadOnlySpan<Argument> arguments)
    {
        NativeValue* results = stackalloc NativeValue[1];
        Invoke(arguments, results, 1);
    }

    /// <summary>Calls an operator that returns a number or a truth value.</summary>
    internal NativeValue CallScalar(params ReadOnlySpan<Argument> arguments)
    {
        NativeValue* results = stackalloc NativeValue[1];
        Invoke(arguments, results, 1);
        return results[0];
    }

    /// <summary>Looks the operator up, once.</summary>
    /// <exception cref="TorchException">This libtorch has no such operator.</exception>
    internal nint Find() => _handle != 0 ? _handle : _handle = NativeMethods.Check(NativeMethods.lt_operator_find(name, overload), name);

    private int Invoke(ReadOnlySpan<Argument> arguments, NativeValue* results, int capacity)
    {
        var values = stackalloc NativeValue[MaxArguments];
        var words = CountWords(arguments);
        var scratch = words <= ScratchWords ? stackalloc long[ScratchWords] : new long[words];
        fixed (long* pointer = scratch)
        {
            var next = pointer;
            for (var i = 0; i < arguments.Length; i++)
                values[i] = Marshal(in arguments[i], ref next);
            int produced;
            var failed = NativeMethods.lt_operator_call(Find(), values, arguments.Length, results, capacity, &produced);
            // The handles were read above; the objects must outlive the call.
            foreach (ref readonly var argument in arguments)
                GC.KeepAlive(argument.Reference);
            NativeMethods.Check(failed, name);
            return produced;
        }
    }

    private static int CountWords(ReadOnlySpan<Argument> arguments)
    {
        var words = 0;
        foreach (ref readonly var argument in arguments)
            words += argument.Reference switch
            {
                null or torch.Tensor => 0,
                string text => (Encoding.UTF8.GetByteCount(text) + 7) / 8,
                Array list => list.Length,
                _ => 0,
            };
        return words;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static NativeValue Marshal(in Argument argument, ref long* next)
    {
        var value = new NativeValue { Tag = argument.Tag, Bits = argument.Bits };
        switch (argument.Tag)
        {
            case Tag.Tensor:
                value.Bits = Unsafe.As<torch.Tensor>(argument.Reference!).Handle;
                break;
            case Tag.Generator:
                value.Bits = Unsafe.As<torch.Generator>(argument.Reference!).Handle;
                break;
            case Tag.Device:
                var device = Unsafe.As<torch.Device>(argument.Reference!);
                value.Bits = (long)device.type;
                value.Length = device.index;
                break;
            case Tag.IntList or Tag.DoubleList or Tag.TensorList or Tag.OptionalTensors or Tag.String:
                value.Bits = (nint)next;
                value.Length = CopyList(argument.Reference!, ref next);
                break;
        }

        return value;
    }

    private static int CopyList(object list, ref long* next)
    {
        switch (list)
        {
            case long[] integers:
                foreach (var integer in integers)
                    *next++ = integer;
                return integers.Length;
            case double[] reals:
                foreach (var real in reals)
                    *next++ = BitConverter.DoubleToInt64Bits(real);
                return reals.Length;
            case torch.Tensor?[] tensors:
                foreach (var tensor in tensors)
                    *next++ = tensor?.Handle ?? 0;
                return tensors.Length;
            default:
                var text = (string)list;
                var bytes = Encoding.UTF8.GetBytes(text, new Span<byte>(next, (Encoding.UTF8.GetByteCount(text) + 7) / 8 * 8));
                next += (bytes + 7) / 8;
                return bytes;
        }
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>Conversions between the number formats of files and of tensors, on the CPU.</summary>
internal static class Numbers
{
    private const int FloatsAtOnce = 1 << 20;
    private const ushort HalfExponent = 0x7c00;
    private const ushort BrainExponent = 0x7f80;

    /// <summary>float16 or bfloat16 to float32; exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(ReadOnlySpan<byte> source, ScalarType type, Span<byte> target)
    {
        var wide = MemoryMarshal.Cast<byte, float>(target);
        if (type == ScalarType.Float16)
        {
            var halves = MemoryMarshal.Cast<byte, Half>(source);
            for (var i = 0; i < wide.Length; i++)
                wide[i] = (float)halves[i];
        }
        else
        {
            var halves = MemoryMarshal.Cast<byte, ushort>(source);
            for (var i = 0; i < wide.Length; i++)
                wide[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
        }
    }

    /// <summary>float32 to float16 or bfloat16, to the nearest, ties to even. False where a finite number became infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Narrow(ReadOnlySpan<byte> source, ScalarType type, Span<byte> target)
    {
        var wide = MemoryMarshal.Cast<byte, float>(source);
        var fits = true;
        if (type == ScalarType.Float16)
        {
            var halves = MemoryMarshal.Cast<byte, Half>(target);
            for (var i = 0; i < wide.Length; i++)
            {
                halves[i] = (Half)wide[i];
                fits &= Half.IsFinite(halves[i]) || !float.IsFinite(wide[i]);
            }
        }
        else
        {
            var halves = MemoryMarshal.Cast<byte, ushort>(target);
            for (var i = 0; i < wide.Length; i++)
            {
                var bits = BitConverter.SingleToUInt32Bits(wide[i]);
                if (float.IsFinite(wide[i]))
                    bits += 0x7fff + ((bits >> 16) & 1);
                halves[i] = (ushort)(bits >> 16);
                fits &= (halves[i] & 0x7f80) != 0x7f80 || !float.IsFinite(wide[i]);
            }
        }

        return fits;
    }

    /// <summary>Whether a tensor of float32, float16 or bfloat16 holds neither NaN nor infinity; large ones are looked at by as many threads as the engine has.</summary>
    public static bool AllFinite(Tensor tensor)
    {
        if (tensor.numel() == 0)
            return true;
        var slices = (int)((tensor.numel() + FloatsAtOnce - 1) / FloatsAtOnce);
        return Parallel.For(0, slices, new ParallelOptions { MaxDegreeOfParallelism = torch.get_num_threads() }, (slice, all) =>
        {
            var size = SafetensorsType.Of(tensor.dtype).Size;
            var values = tensor.bytes[(slice * FloatsAtOnce * size)..];
            values = values[..Math.Min(FloatsAtOnce * size, values.Length)];
            var finite = tensor.dtype == ScalarType.Float32
                ? AllFinite(MemoryMarshal.Cast<byte, float>(values))
                : AllFinite(MemoryMarshal.Cast<byte, ushort>(values), tensor.dtype == ScalarType.Float16 ? HalfExponent : BrainExponent);
            if (!finite)
                all.Stop();
        }).IsCompleted;
    }

    // A number whose exponent is all ones is infinite or none.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool AllFinite(ReadOnlySpan<ushort> values, ushort exponent)
    {
        var mask = new Vector<ushort>(exponent);
        var vectors = MemoryMarshal.Cast<ushort, Vector<ushort>>(values);
        foreach (var vector in vectors)
        {
            if (Vector.EqualsAny(vector & mask, mask))
                return false;
        }

        foreach (var value in values[(vectors.Length * Vector<ushort>.Count)..])
        {
            if ((value & exponent) == exponent)
                return false;
        }

        return true;
    }

    // Called a few times for gigabytes: the runtime's unoptimised first version would do most of them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool AllFinite(ReadOnlySpan<float> values)
    {
        // A finite number times zero is zero; NaN and infinity give NaN, which a sum keeps.
        var sum = Vector<float>.Zero;
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        foreach (var vector in vectors)
            sum += vector * Vector<float>.Zero;
        var rest = 0f;
        foreach (var value in values[(vectors.Length * Vector<float>.Count)..])
            rest += value * 0f;
        return Vector.Sum(sum) + rest == 0f;
    }
}

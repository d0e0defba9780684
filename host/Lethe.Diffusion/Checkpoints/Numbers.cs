using System.Numerics;
using System.Runtime.InteropServices;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>Conversions between the number formats of files and of tensors, on the CPU.</summary>
internal static class Numbers
{
    /// <summary>float16 or bfloat16 to float32; exact.</summary>
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

    public static bool AllFinite(Tensor tensor)
    {
        if (tensor.numel() == 0)
            return true;
        var values = MemoryMarshal.Cast<byte, float>(tensor.bytes);
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

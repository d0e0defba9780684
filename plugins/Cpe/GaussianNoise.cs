using System.Runtime.Intrinsics;

namespace Lethe.Plugins.Cpe;

/// <summary>
/// Normal numbers, 32 at a time: those of Box and Muller (1958) from the bits of SplitMix64 (Steele, Lea and Flood 2014). The engine draws
/// them one by one, which took a fifth of a training step.
/// </summary>
internal static class GaussianNoise
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;
    private const int Block = 32;

    /// <summary>Fills with numbers of mean 0; the same seed gives the same numbers.</summary>
    /// <param name="numbers">Where they go.</param>
    /// <param name="deviation">Their standard deviation.</param>
    /// <param name="seed">Any number.</param>
    public static void Fill(Span<float> numbers, float deviation, ulong seed)
    {
        var state = Vector512.Create(seed) + Vector512<ulong>.Indices * Gamma;
        Span<float> last = stackalloc float[Block];
        for (; numbers.Length > 0; numbers = numbers[Math.Min(Block, numbers.Length)..])
        {
            // Never 0, whose logarithm is not finite.
            var radius = Vector512.Sqrt(Vector512.Log(Uniform(ref state)) * -2f) * deviation;
            var (sine, cosine) = Vector512.SinCos(Uniform(ref state) * MathF.Tau);
            var block = numbers.Length < Block ? last : numbers;
            (radius * cosine).CopyTo(block);
            (radius * sine).CopyTo(block[(Block / 2)..]);
            if (numbers.Length < Block)
                last[..numbers.Length].CopyTo(numbers);
        }
    }

    /// <summary>Sixteen numbers of 24 bits in (0, 1].</summary>
    private static Vector512<float> Uniform(ref Vector512<ulong> state)
    {
        state += Vector512.Create(unchecked(8 * Gamma));
        var bits = state;
        bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EB;
        bits ^= bits >>> 31;
        return (Vector512.ConvertToSingle((bits.AsUInt32() >>> 8).AsInt32()) + Vector512.Create(0.5f)) * (1f / (1 << 24));
    }
}

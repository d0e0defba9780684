using System.Runtime.Intrinsics.X86;

namespace Lethe.Diffusion.Engine;

/// <summary>
/// Whether the processor computes bfloat16 faster than float32. Where the instructions are missing, libtorch falls back to code that is several times slower.
/// </summary>
public static class Bfloat16
{
    // CPUID 7.1 EAX bit 5: AVX-512 BF16. CPUID 7.0 EDX bit 22: AMX BF16.
    private const int Avx512 = 1 << 5, Amx = 1 << 22;

    /// <summary>True on x86-64 with AVX-512 BF16 or AMX; other processors are not known to gain.</summary>
    public static bool IsFast { get; } =
        X86Base.IsSupported && Avx512F.IsSupported && X86Base.CpuId(0, 0).Eax >= 7
        && ((X86Base.CpuId(7, 1).Eax & Avx512) != 0 || (X86Base.CpuId(7, 0).Edx & Amx) != 0);
}

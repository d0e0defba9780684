using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Lethe.Diffusion.Engine;

/// <summary>
/// Lets the processor take numbers below float32's normal range for zero, on the calling thread and those it starts. Networks that were trained from nothing
/// produce them, and arithmetic with them is nine times slower. libtorch can do this; TorchSharp 0.107 has no call for it.
/// </summary>
public static partial class DenormalFlush
{
    // x86-64: fenv_t is 32 bytes, the last four of which are MXCSR; 0x8000 flushes results, 0x0040 inputs.
    private const int EnvironmentBytes = 32, ControlOffset = 28;
    private const uint FlushBoth = 0x8040;

    /// <summary>Switches it on; elsewhere than on x86-64 Linux nothing is done.</summary>
    public static void Enable()
    {
        if (!OperatingSystem.IsLinux() || !X86Base.X64.IsSupported) return;
        Span<byte> environment = stackalloc byte[EnvironmentBytes];
        if (GetEnvironment(ref MemoryMarshal.GetReference(environment)) != 0) return;
        var control = environment[ControlOffset..];
        MemoryMarshal.Write(control, MemoryMarshal.Read<uint>(control) | FlushBoth);
        _ = SetEnvironment(in MemoryMarshal.GetReference(environment));
    }

    [LibraryImport("libm.so.6", EntryPoint = "fegetenv")]
    private static partial int GetEnvironment(ref byte environment);

    [LibraryImport("libm.so.6", EntryPoint = "fesetenv")]
    private static partial int SetEnvironment(in byte environment);
}

using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Lethe.Diffusion.Engine;

/// <summary>
/// oneDNN, which convolves for libtorch on x86, cuts its work to the caches that the processor reports. A virtual machine may hide them; version 3.7 then
/// leaves parts of a result unwritten wherever channels do not fill a vector, and says nothing. Its kernels for AVX are right there and take 1.4 times
/// as long as those for AVX-512. Reported for another processor family as https://github.com/uxlfoundation/oneDNN/issues/5313.
/// </summary>
public static partial class ConvolutionKernels
{
    private const string Setting = "ONEDNN_MAX_CPU_ISA", Safe = "AVX";

    /// <summary>Holds oneDNN to its safe kernels where the caches are hidden; to be called before the first tensor. A setting of the user's stays.</summary>
    public static void FitThisMachine()
    {
        if (!X86Base.IsSupported || ReportsCaches() || Environment.GetEnvironmentVariable(Setting) is not null) return;
        Environment.SetEnvironmentVariable(Setting, Safe);
        // .NET keeps an environment of its own, which native code does not see on Unix.
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()) _ = SetForNativeCode(Setting, Safe, 1);
    }

    /// <summary>Whether convolutions whose channels fill no vector come out right, forward and backward.</summary>
    public static bool AreRight()
    {
        using var scope = torch.NewDisposeScope();
        using var recorded = torch.enable_grad();
        var (plain, exact) = (Results(torch.float32), Results(torch.float64));
        return plain.Zip(exact).All(pair => (pair.First.to(torch.float64) - pair.Second).abs().max().ToDouble() < 1e-4);
    }

    private static Tensor[] Results(ScalarType type)
    {
        var input = (torch.arange(2 * 24 * 8 * 8, torch.float32).reshape(2, 24, 8, 8) / 3072).to(type).requires_grad_();
        var kernel = (torch.arange(4 * 24 * 3 * 3, torch.float32).reshape(4, 24, 3, 3) / 864 - 0.5).to(type);
        var output = torch.nn.functional.conv2d(input, kernel, padding: [1, 1]);
        return [output.detach(), torch.autograd.grad([output.square().mean()], [input])[0]];
    }

    private static bool ReportsCaches()
    {
        var isAmd = X86Base.CpuId(0, 0).Ebx == 0x68747541;
        var leaf = isAmd ? unchecked((int)0x8000001D) : 4;
        // The low five bits of eax are the kind of the first cache: 0 where there is none.
        return (X86Base.CpuId(leaf, 0).Eax & 0x1F) != 0;
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetForNativeCode(string name, string value, int overwrite);
}

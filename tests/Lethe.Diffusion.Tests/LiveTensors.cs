[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Lethe.Diffusion.Tests;

/// <summary>Counts tensor handles; the tests of this assembly run one after the other, or the count would be everybody's.</summary>
internal static class LiveTensors
{
    /// <summary>Handles alive once the garbage of earlier tests is gone.</summary>
    public static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}

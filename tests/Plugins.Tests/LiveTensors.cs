namespace Plugins.Tests;

/// <summary>Counts tensors for tests of leaks.</summary>
internal static class LiveTensors
{
    /// <summary>How many there are, without those that earlier tests left to the collector.</summary>
    public static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}

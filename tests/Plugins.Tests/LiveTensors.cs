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

    /// <summary>
    /// Fails unless there are as many tensors as before. TorchSharp goes on counting the tensor whose handle a <c>Parameter</c> took over: one for each that was made.
    /// </summary>
    public static void AssertBack(long before, int parameters) => Assert.Equal(before + parameters, Tensor.TotalCount);
}

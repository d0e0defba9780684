using System.Runtime.ExceptionServices;
using Lethe.Diffusion.Engine;

namespace Lethe.Host.Runs;

/// <summary>
/// Independent work side by side, one engine thread each: on small pictures two lanes do about twice the work of one lane with
/// two threads, and what a lane computes does not depend on how many there are.
/// </summary>
internal static class Lanes
{
    // A lane holds a model of its own; large models have work enough for all cores in one lane.
    private const long LargestModelPerLane = 256L << 20;

    /// <summary>Lanes for a model on so many threads; a GPU has one.</summary>
    public static int CountFor(string modelPath, string device, int threads) => AreCheap(modelPath) && IsProcessor(device) ? Math.Max(1, threads) : 1;

    /// <summary>Whether a device is the processor.</summary>
    public static bool IsProcessor(string device) => device == "cpu";

    /// <summary>Whether a model is small enough to be opened once for each lane.</summary>
    public static bool AreCheap(string modelPath) => ModelFiles.Size(modelPath) <= LargestModelPerLane;

    /// <summary>Runs <paramref name="lane"/> on so many threads and waits for all; the first failure cancels the others and is thrown.</summary>
    public static void Run(int count, Action<CancellationToken> lane, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        ExceptionDispatchInfo? first = null;
        // A single lane may be a large model's: it keeps all the engine's threads.
        var threads = Enumerable.Range(0, count).Select(_ => new Thread(() =>
        {
            try
            {
                if (count > 1)
                    TensorEngine.UseThreads(1);
                lane(stop.Token);
            }
            catch (Exception failure)
            {
                Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(failure), null);
                stop.Cancel();
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        first?.Throw();
    }
}

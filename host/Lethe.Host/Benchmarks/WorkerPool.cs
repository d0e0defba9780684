using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using Lethe.Host.Runs;

namespace Lethe.Host.Benchmarks;

/// <summary>Runs cells side by side, each in a process of its own.</summary>
/// <param name="start">How to start a worker for a cell with so many threads.</param>
/// <param name="log">Hears each cell that ends: its id, how long it took, and why it failed, or null.</param>
/// <param name="progress">Hears how far a cell is.</param>
internal sealed class WorkerPool(
    Func<BenchmarkCell, int, ProcessStartInfo> start, Action<BenchmarkCell, TimeSpan, string?> log, Action<BenchmarkCell, CellProgress> progress)
{
    private const long BytesOfProcess = 300L << 20;

    // Half-precision files become single precision; an eraser may hold a frozen copy, gradients and an optimiser's moments besides.
    private const int CopiesOfModel = 10;

    /// <summary>Runs the cells and says why some failed, by cell id.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; finished cells are kept.</exception>
    public IReadOnlyDictionary<string, string> Run(IReadOnlyList<BenchmarkCell> cells, int threads, string modelPath, CancellationToken cancel)
    {
        var failures = new ConcurrentDictionary<string, string>();
        var queue = new ConcurrentQueue<BenchmarkCell>(cells);
        var workers = Math.Min(cells.Count, CountFor(modelPath, threads, FreeMemory()));
        ExceptionDispatchInfo? first = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var slots = Enumerable.Range(0, workers).Select(_ => new Thread(() =>
        {
            try
            {
                while (queue.TryDequeue(out var cell))
                {
                    // The last cell will have the cores of those that end before it. Large models would use them all at once, beside the others.
                    var own = queue.IsEmpty && Lanes.AreCheap(modelPath) ? threads : Math.Max(1, threads / workers);
                    RunOne(cell, own, failures, stop.Token);
                }
            }
            catch (Exception failure)
            {
                Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(failure), null);
                stop.Cancel();
            }
        })).ToList();
        slots.ForEach(slot => slot.Start());
        slots.ForEach(slot => slot.Join());
        first?.Throw();
        return failures;
    }

    /// <summary>Workers that cores and free memory allow, at least one.</summary>
    internal static int CountFor(string modelPath, int threads, long freeMemory) =>
        (int)Math.Clamp(freeMemory / (BytesOfProcess + CopiesOfModel * ModelFiles.Size(modelPath)), 1, Math.Max(1, threads));

    private void RunOne(BenchmarkCell cell, int threads, ConcurrentDictionary<string, string> failures, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var began = Stopwatch.GetTimestamp();
        var failure = CellProcess.Run(start(cell, threads), told => progress(cell, told), stop);
        if (failure is not null)
            failures[cell.Id] = failure;
        log(cell, Stopwatch.GetElapsedTime(began), failure);
    }

    private static long FreeMemory()
    {
        const string key = "MemAvailable:";
        var limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (!OperatingSystem.IsLinux())
            return limit;
        var line = File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
        return line is not null && long.TryParse(line.AsSpan(key.Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture, out var free)
            ? Math.Min(limit, free << 10)
            : limit;
    }
}

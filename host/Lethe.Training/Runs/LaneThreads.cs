using System.Runtime.ExceptionServices;
using Lethe.Diffusion.Engine;

namespace Lethe.Training.Runs;

/// <summary>Runs the lanes of a step side by side, each on a thread of its own with one core.</summary>
/// <remarks>Two lanes of one thread were measured to do twice the work of one lane of two threads on small pictures.</remarks>
internal static class LaneThreads
{
    public static IReadOnlyList<T> Run<T>(int count, Func<int, T> lane)
    {
        if (count == 1)
            return [lane(0)];
        var results = new T[count];
        var faults = new ExceptionDispatchInfo?[count];
        var threads = new List<Thread>();
        for (var i = 0; i < count; i++)
        {
            var number = i;
            var thread = new Thread(() =>
            {
                try
                {
                    TensorEngine.UseThreads(1);
                    results[number] = lane(number);
                }
                catch (Exception fault)
                {
                    faults[number] = ExceptionDispatchInfo.Capture(fault);
                }
            })
            { IsBackground = true };
            threads.Add(thread);
            thread.Start();
        }

        foreach (var thread in threads)
            thread.Join();
        foreach (var fault in faults)
            fault?.Throw();
        return results;
    }
}

using System.Diagnostics;

namespace Lethe.Host.Benchmarks;

/// <summary>Ends a worker whose starter is gone, so that a killed benchmark leaves nobody working in its folder.</summary>
internal static class WorkerLife
{
    /// <summary>Watches <paramref name="input"/>, which the starter holds open for as long as it lives.</summary>
    public static void EndWith(TextReader input)
    {
        if (ReferenceEquals(input, TextReader.Null))
            return;
        new Thread(() =>
        {
            while (input.Read() >= 0)
            {
            }
            // At once and without asking: every file of a cell is whole or absent.
            using var self = Process.GetCurrentProcess();
            self.Kill();
        })
        { IsBackground = true }.Start();
    }
}

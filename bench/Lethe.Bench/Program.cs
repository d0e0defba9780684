using System.Diagnostics;
using System.Globalization;
using Lethe.Bench;

// Runs each engine benchmark once and prints `name seconds-per-call`; bench/engine compares with PyTorch's Python.
torch.set_num_threads(1);
foreach (var (name, calls, body) in EngineWork.All())
{
    body(calls / 10 + 1);
    var watch = Stopwatch.StartNew();
    body(calls);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {watch.Elapsed.TotalSeconds / calls:e4}"));
}

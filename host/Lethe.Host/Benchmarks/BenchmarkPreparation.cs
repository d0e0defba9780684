using System.Globalization;
using Lethe.Host.Policies;
using Lethe.Host.Runs;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Benchmarks;

/// <summary>From a benchmark file to cells that could start: everything is checked that can be checked without opening weights.</summary>
public static class BenchmarkPreparation
{
    /// <summary>Prepares a benchmark.</summary>
    /// <exception cref="RunException">File, model or command line are wrong (2), or a plugin that is needed was refused (3).</exception>
    public static PreparedBenchmark Of(string file, BenchmarkChoices choices, EraserSet erasers)
    {
        var reading = BenchmarkReader.Read(file, choices.Quick);
        if (reading.Benchmark is not { } benchmark)
            throw new RunException(ExitCode.UsageInvalid, reading.Diagnostics);
        return Of(benchmark, reading.Document!, choices, erasers.Sources, erasers.RefusalsFor);
    }

    /// <summary>Prepares a benchmark that is already read.</summary>
    public static PreparedBenchmark Of(
        Benchmark benchmark, PolicyDocument document, BenchmarkChoices choices,
        IReadOnlyDictionary<string, EraserSource> installed, Func<string, IReadOnlyList<Diagnostic>> refusalsFor)
    {
        var modelPath = ModelLocation.Find(choices.Model ?? benchmark.Model);
        var rows = Selected(benchmark.Erasers, choices);
        var refusals = rows.Where(row => !installed.ContainsKey(row.Eraser)).SelectMany(row => refusalsFor(row.Eraser)).Distinct().ToList();
        if (refusals.Count > 0)
            throw new RunException(ExitCode.PluginRefused, refusals);
        var diagnostics = new List<Diagnostic>();
        var bound = Bind(benchmark, rows, document, installed, diagnostics);
        var concepts = new BenchmarkConcepts(benchmark, document, NamedLists.Of(modelPath), diagnostics);
        var (erase, keep) = (concepts.Erased(), concepts.Kept());
        concepts.CheckSplits(erase);
        if (diagnostics.HasErrors())
            throw new RunException(ExitCode.UsageInvalid, diagnostics);
        return BenchmarkPlanner.Plan(benchmark, choices, modelPath, erase, keep, bound);
    }

    private static List<EraserRow> Selected(IReadOnlyList<EraserRow> rows, BenchmarkChoices choices)
    {
        var wanted = choices.Erasers;
        foreach (var name in wanted.Where(name => !rows.Any(row => Means(row, name))))
        {
            var known = rows.SelectMany(row => new[] { row.Label, row.Eraser }).Distinct().ToList();
            throw new RunException(ExitCode.UsageInvalid, DiagnosticId.UnknownEraser, $"`--eraser` is `{name}`, which no row of the benchmark has",
                KeySuggestion.Nearest(name, known) is { } nearest ? $"did you mean `{nearest}`?" : $"rows are {string.Join(", ", known.Select(item => $"`{item}`"))}");
        }
        return [.. rows.Where(row => wanted.Count == 0 ? !(choices.Quick && row.Slow) : wanted.Any(name => Means(row, name)))];
    }

    private static bool Means(EraserRow row, string name) => row.Eraser == name || string.Equals(row.Label, name, StringComparison.OrdinalIgnoreCase);

    private static List<BoundRow> Bind(
        Benchmark benchmark, List<EraserRow> rows, PolicyDocument document, IReadOnlyDictionary<string, EraserSource> installed, List<Diagnostic> diagnostics)
    {
        var bound = new List<BoundRow>();
        foreach (var row in rows)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"erasers[{benchmark.Erasers.IndexOf(row)}]");
            if (installed.TryGetValue(row.Eraser, out var eraser))
                bound.Add(new BoundRow(row.Label, eraser, OptionsBinder.Bind(eraser.Metadata.Options, row.Options, row.Eraser, $"{path}.options", diagnostics)));
            else
                diagnostics.Add(ErasureResolver.Unknown(row.Eraser, installed.Keys, document.LocationOf($"{path}.eraser")));
        }
        return bound;
    }

    private static int IndexOf<T>(this IReadOnlyList<T> list, T item) => Enumerable.Range(0, list.Count).First(i => ReferenceEquals(list[i], item));
}

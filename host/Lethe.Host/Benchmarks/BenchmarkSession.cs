using System.Diagnostics;
using System.Globalization;
using Lethe.Evaluation.Metrics;
using Lethe.Host.Benchmarks.Tables;
using Lethe.Host.Output;
using Lethe.Host.Runs;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Benchmarks;

/// <summary>From the first cell to the table. Finished cells are kept, so the same call after a crash goes on and ends with the same bytes.</summary>
internal sealed class BenchmarkSession(PreparedBenchmark prepared, string root, ProgressLine progress)
{
    private readonly PreparedBenchmark benchmark = Hashed(prepared);
    private readonly Dictionary<string, (IReadOnlyList<PictureScore> Scores, IReadOnlyDictionary<string, FeatureSet>? Features)> _scores = new(StringComparer.Ordinal);

    /// <summary>Runs what is missing, then makes the tables.</summary>
    /// <param name="worker">How to start a worker for a cell with so many threads; null makes the tables only.</param>
    /// <param name="threads">Cores to use.</param>
    /// <param name="startOver">Forgets the cells of the plan's rows; the whole folder if it has all rows.</param>
    /// <param name="cancel">Ends the workers at once.</param>
    public BenchmarkResult Run(Func<BenchmarkCell, int, ProcessStartInfo>? worker, int threads, bool startOver, CancellationToken cancel)
    {
        var identity = RunJson.Text(new BenchmarkIdentity(benchmark.Plan.Benchmark, benchmark.Plan.Quick));
        using var folder = RunFolder.Open(root, identity, startOver && benchmark.HasAllRows);
        if (startOver && !benchmark.HasAllRows)
            Forget();
        RefuseOtherPlans();
        var failures = worker is null ? new Dictionary<string, string>() : Cells(folder, worker, threads, cancel);
        return Conclude(folder, failures);
    }

    private Dictionary<string, string> Cells(RunFolder folder, Func<BenchmarkCell, int, ProcessStartInfo> worker, int threads, CancellationToken cancel)
    {
        var cells = benchmark.Plan.Cells;
        var finished = cells.Where(IsFinished).Select(cell => cell.Id).ToHashSet(StringComparer.Ordinal);
        if (finished.Count > 0)
            progress.WriteLine($"{finished.Count} of {cells.Count} cells are finished already");
        var done = cells.ToDictionary(cell => cell.Id, cell => finished.Contains(cell.Id) ? cell.Pictures : 0, StringComparer.Ordinal);
        progress.Begin("benchmark", done.Count == 0 ? 0 : cells.Sum(cell => cell.Pictures), "pictures");
        progress.Report(done.Values.Sum());
        var gate = new Lock();
        // A GPU takes one cell after the other.
        var most = Lanes.IsProcessor(benchmark.Plan.Device) ? threads : 1;
        var pool = new WorkerPool(worker, Ended, Moved);
        var failures = new Dictionary<string, string>(StringComparer.Ordinal);
        // The others compare their pictures with the unedited model's.
        foreach (var part in cells.Where(cell => !finished.Contains(cell.Id)).GroupBy(cell => cell.Target is null))
        {
            if (failures.Count > 0)
                break;
            foreach (var (id, reason) in pool.Run([.. part], most, benchmark.ModelPath, cancel))
                failures.Add(id, reason);
        }
        return failures;

        void Moved(BenchmarkCell cell, CellProgress told)
        {
            lock (gate)
            {
                if (!told.IsTraining)
                    done[cell.Id] = told.Number;
                progress.Report(done.Values.Sum(), told.IsTraining ? string.Create(CultureInfo.InvariantCulture, $"{cell.Id}, training {told.Number} %") : cell.Id);
            }
        }

        void Ended(BenchmarkCell cell, TimeSpan time, string? failure)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{cell.Id}: {failure ?? $"{cell.Pictures} pictures"}, {time.TotalSeconds:0.0} s");
            lock (gate)
                folder.Events.Note(failure is null ? "cell" : "cell-failed", text);
            progress.WriteLine(text);
        }
    }

    private BenchmarkResult Conclude(RunFolder folder, Dictionary<string, string> failures)
    {
        var table = new TableBuilder(benchmark, ScoresOf, failures).Build();
        folder.WriteText("table.json", RunJson.Text(table));
        folder.WriteText("table.csv", TableCsv.Write(table));
        folder.WriteText("table.html", new TableHtml(table, benchmark, ScoresOf, Picture).Build());
        var unmeasured = benchmark.Plan.Cells.Where(cell => !_scores.ContainsKey(cell.Id)).ToList();
        return new BenchmarkResult(folder.Root, table, [.. unmeasured.Select(cell => Diagnostic.Error(DiagnosticId.RunFailed,
            failures.TryGetValue(cell.Id, out var reason) ? $"cell `{cell.Id}` failed: {reason}" : $"cell `{cell.Id}` has not been run",
            "the same command again runs what is missing; finished cells are kept"))]);
    }

    private CellScores? ScoresOf(BenchmarkCell cell, BenchmarkTarget target)
    {
        if (!_scores.TryGetValue(cell.Id, out var known))
        {
            if (!IsFinished(cell))
                return null;
            _scores.Add(cell.Id, known = (CellFolder.ReadScores(root, cell.Id), CellFolder.ReadFeatures(root, cell.Id)));
        }
        return CellScores.Of(target, known.Scores, known.Features);
    }

    private byte[]? Picture(BenchmarkCell cell, string file)
    {
        var path = Path.Combine(CellFolder.Of(root, file.StartsWith("images/before/", StringComparison.Ordinal) ? BenchmarkCell.Unedited : cell.Id), file);
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    private bool IsFinished(BenchmarkCell cell) => CellFolder.IsFinished(root, cell.Id, PlanText(cell));

    private void Forget()
    {
        foreach (var path in benchmark.Plan.Cells.Where(cell => cell.Target is not null).Select(cell => CellFolder.Of(root, cell.Id)).Where(Directory.Exists))
            Directory.Delete(path, recursive: true);
    }

    private void RefuseOtherPlans()
    {
        var others = benchmark.Plan.Cells.Select(cell => (cell.Id, Difference: CellFolder.OtherPlan(root, cell.Id, PlanText(cell))))
            .Where(other => other.Difference is not null).ToList();
        if (others.Count > 0)
            throw new RunException(ExitCode.UsageInvalid, DiagnosticId.RunFolderMismatch,
                $"`{root}` holds cells of another plan. {string.Join(", ", others.Take(6).Select(other => $"`{other.Id}`"))}"
                    + $"{(others.Count > 6 ? " and more" : "")}; in the first, {others[0].Difference}",
                "choose another folder with `--output`, or run them again with `--force`");
    }

    private string PlanText(BenchmarkCell cell) => RunJson.Text(CellPlan.Of(benchmark, cell));

    /// <summary>The benchmark with the hash of its model, without which no cell has an identity.</summary>
    internal static PreparedBenchmark Hashed(PreparedBenchmark benchmark) =>
        benchmark with { Plan = benchmark.Plan with { ModelSha256 = FileHash.OfList(ModelFiles.Hash(benchmark.ModelPath)) } };
}

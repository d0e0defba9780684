using System.Text.Json.Nodes;
using Lethe.Evaluation.Metrics;

namespace Lethe.Host.Benchmarks.Tables;

/// <summary>Computes the table from the cells' scores.</summary>
/// <param name="benchmark">The benchmark.</param>
/// <param name="scoresOf">Scores of a finished cell on a target; null when it is not finished.</param>
/// <param name="failures">Why cells ended with an error, by cell id.</param>
public sealed class TableBuilder(
    PreparedBenchmark benchmark, Func<BenchmarkCell, BenchmarkTarget, CellScores?> scoresOf, IReadOnlyDictionary<string, string> failures)
{
    private readonly Dictionary<string, Figure> _seen = new(StringComparer.Ordinal);

    /// <summary>The whole table.</summary>
    public BenchmarkTable Build()
    {
        var plan = benchmark.Plan;
        var rows = plan.Cells.GroupBy(cell => cell.Row).Select(Row).ToList();
        var columns = plan.Columns.Select(Column).ToList();
        return new BenchmarkTable
        {
            Host = plan.Host,
            Benchmark = plan.Benchmark,
            Title = plan.Title,
            Description = benchmark.Benchmark.Description,
            Quick = plan.Quick,
            Complete = rows.All(row => row.Results.All(result => result.Status == TableStatus.Measured)),
            Model = plan.Model,
            ModelSha256 = plan.ModelSha256 ?? "",
            Sampling = plan.Sampling,
            Seed = plan.Seed,
            Columns = columns,
            Targets = Targets(),
            Plot = [.. benchmark.Benchmark.Plot.Where(plan.Columns.Contains)],
            Rows = [.. rows, .. benchmark.Benchmark.Published.Select(row => Published(row, columns))],
        };
    }

    private List<string> Targets() =>
        [.. benchmark.Plan.Targets.Select(target => target.Name), .. benchmark.Plan.Targets.Count > 1 ? new[] { BenchmarkPlan.AverageTarget } : []];

    private TableRow Row(IGrouping<string, BenchmarkCell> cells)
    {
        var results = new List<TableResult>();
        var scores = new List<CellScores>();
        foreach (var target in benchmark.Plan.Targets)
        {
            // The unedited model is one cell for all targets.
            var cell = cells.First(item => item.Target is null || item.Target == target.Name);
            var failure = failures.GetValueOrDefault(cell.Id);
            if (failure is null && scoresOf(cell, target) is { } measured)
            {
                scores.Add(measured);
                results.Add(Measured(target.Name, cell, [measured]));
            }
            else
            {
                results.Add(new TableResult { Target = target.Name, Status = failure is null ? TableStatus.Missing : TableStatus.Failed, Reason = failure });
            }
        }
        if (results.Count > 1)
        {
            results.Add(scores.Count == results.Count
                ? Measured(BenchmarkPlan.AverageTarget, cells.First(), scores)
                : new TableResult
                {
                    Target = BenchmarkPlan.AverageTarget,
                    Status = results.Any(result => result.Status == TableStatus.Failed) ? TableStatus.Failed : TableStatus.Missing,
                    Reason = "not every target was measured",
                });
        }
        var step = cells.First().Step;
        return new TableRow
        {
            Name = cells.Key,
            Eraser = step?.Eraser,
            Plugin = step is null ? null : $"{step.Plugin} {step.PluginVersion}{(step.PluginLockIgnored == true ? ", not in a lock file" : "")}",
            Options = step is null ? null : (JsonObject)step.Options.DeepClone(),
            Results = results,
        };
    }

    private TableResult Measured(string target, BenchmarkCell cell, IReadOnlyList<CellScores> scores)
    {
        var figures = new ColumnFigures(scores);
        var values = new List<TableValue>();
        foreach (var column in benchmark.Plan.Columns.Where(column => cell.Step is not null || !ColumnIds.IsComparison(column)))
        {
            if (figures.Of(column) is not { } figure)
                continue;
            _seen.TryAdd(column, figure);
            if (TableValue.Of(column, figure) is { } value)
                values.Add(value);
        }
        return new TableResult { Target = target, Status = TableStatus.Measured, Values = values };
    }

    private TableColumn Column(string id) => _seen.TryGetValue(id, out var figure)
        ? new TableColumn { Id = id, Unit = figure.Unit, Better = figure.Better, Definition = figure.Definition, Denominator = figure.Denominator }
        : new TableColumn { Id = id };

    private TableRow Published(PublishedRow row, IReadOnlyList<TableColumn> columns) => new()
    {
        Name = row.Name,
        OtherModel = row.Model,
        Source = row.Source,
        Results = [.. Targets().Select(target => new TableResult
        {
            Target = target,
            Status = TableStatus.Published,
            Values = [.. columns.Select(column => PublishedValues.Of(row, target, column.Id) is { } value
                // Fractions are printed in percent.
                ? new TableValue { Column = column.Id, Value = column.Unit == "fraction" ? value / 100 : value }
                : null).OfType<TableValue>()],
        })],
    };
}

using Lethe.Evaluation.Plots;
using Lethe.Host.Reports;

namespace Lethe.Host.Benchmarks.Tables;

/// <summary>One column against another as an inline SVG: a point for each row, hollow and grey where it is of another model.</summary>
internal static class ScatterPlot
{
    /// <summary>Writes the plot; nothing when fewer than two columns or no row can be plotted.</summary>
    public static void Write(Html page, BenchmarkTable table)
    {
        if (table.Plot.Count != 2 || Column(table, 0) is not { } across || Column(table, 1) is not { } up)
            return;
        var points = table.Rows.Select(row => (row, result: row.Results[^1]))
            .Select(item => (item.row, x: item.result[across.Id]?.Value, y: item.result[up.Id]?.Value))
            .Where(point => point is { x: not null, y: not null })
            .Select(point => new NamedPoint(Name(point.row), point.x!.Value, point.y!.Value, point.row.OtherModel is not null)).ToList();
        if (points.Count > 0)
            page.Raw(NamedPoints.Draw($"{up.Id} against {across.Id}", Axis(across), Axis(up), points)).Raw("\n");
    }

    private static TableColumn? Column(BenchmarkTable table, int number) => table.Columns.FirstOrDefault(column => column.Id == table.Plot[number]);

    private static PlotAxis Axis(TableColumn column) =>
        new(column.Id + column.Arrow, column.Unit == "fraction", value => TableText.Number(value, column));

    private static string Name(TableRow row) => row.OtherModel is null ? row.Name : $"({row.Name})";
}

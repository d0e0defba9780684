using System.Globalization;
using Lethe.Host.Reports;

namespace Lethe.Host.Benchmarks.Tables;

/// <summary>One column against another as an inline SVG: a point for each row, hollow and grey where it is of another model.</summary>
internal static class ScatterPlot
{
    private const int Width = 560, Height = 380, Left = 56, Top = 16, Right = 150, Bottom = 48;
    private const int Ticks = 5;

    /// <summary>Writes the plot; nothing when fewer than two columns or no row can be plotted.</summary>
    public static void Write(Html page, BenchmarkTable table)
    {
        if (table.Plot.Count != 2 || Column(table, 0) is not { } across || Column(table, 1) is not { } up)
            return;
        var points = table.Rows.Select(row => (row, result: row.Results[^1]))
            .Select(item => (item.row, x: item.result[across.Id]?.Value, y: item.result[up.Id]?.Value))
            .Where(point => point is { x: not null, y: not null })
            .Select(point => (point.row, x: point.x!.Value, y: point.y!.Value)).ToList();
        if (points.Count == 0)
            return;
        var (left, right) = Range(points.Select(point => point.x), across);
        var (low, high) = Range(points.Select(point => point.y), up);
        page.Raw(Invariant($"<svg viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" role=\"img\"><title>"))
            .Text($"{up.Id} against {across.Id}").Raw("</title>\n");
        for (var i = 0; i <= Ticks; i++)
        {
            var (x, y) = (X((double)i / Ticks), Y((double)i / Ticks));
            page.Raw(Invariant($"<path d=\"M{x:0.#} {Top}V{Height - Bottom}M{Left} {y:0.#}H{Width - Right}\" stroke=\"#e3e6ea\"/>"));
            Label(page, x, Height - Bottom + 16, "middle", TableText.Number(left + (right - left) * i / Ticks, across));
            Label(page, Left - 6, y + 4, "end", TableText.Number(low + (high - low) * i / Ticks, up));
        }
        Label(page, X(0.5), Height - 8, "middle", across.Id + across.Arrow);
        page.Raw(Invariant($"<g transform=\"translate(14 {Y(0.5):0.#}) rotate(-90)\">"));
        Label(page, 0, 0, "middle", up.Id + up.Arrow);
        page.Raw("</g>\n");
        foreach (var (row, px, py) in points)
        {
            var (x, y) = (X((px - left) / (right - left)), Y((py - low) / (high - low)));
            page.Raw(row.OtherModel is null
                ? Invariant($"<circle cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"5\" fill=\"#2457a6\"/>")
                : Invariant($"<circle cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"5\" fill=\"none\" stroke=\"#8a9099\"/>"));
            Label(page, x + 9, y + 4, "start", row.OtherModel is null ? row.Name : $"({row.Name})");
        }
        page.Raw("</svg>\n");
    }

    private static TableColumn? Column(BenchmarkTable table, int number) => table.Columns.FirstOrDefault(column => column.Id == table.Plot[number]);

    // Shares are shown over their whole range, so that plots of several benchmarks look alike.
    private static (double Low, double High) Range(IEnumerable<double> values, TableColumn column)
    {
        if (column.Unit == "fraction")
            return (0, 1);
        var all = values.ToList();
        var margin = Math.Max(1e-3, (all.Max() - all.Min()) * 0.1);
        return (all.Min() - margin, all.Max() + margin);
    }

    private static double X(double share) => Left + share * (Width - Right - Left);

    private static double Y(double share) => Height - Bottom - share * (Height - Bottom - Top);

    private static void Label(Html page, double x, double y, string anchor, string text) =>
        page.Raw(Invariant($"<text x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\" font-size=\"12\" fill=\"#50565e\">")).Text(text).Raw("</text>\n");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

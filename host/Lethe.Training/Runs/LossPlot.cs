using System.Globalization;
using System.Text;
using System.Text.Json;
using Lethe.Diffusion;

namespace Lethe.Training.Runs;

/// <summary>Draws a run's log as SVG: the loss on a logarithmic axis with the learning rate behind it, and below it what was measured.</summary>
internal static class LossPlot
{
    private const int Width = 860;
    private const int Left = 64;
    private const int Right = 210;
    private const int Height = 260;
    private const int Top = 34;
    private const int Gap = 46;
    private static readonly string[] Colours = ["#0b6fa4", "#c8501e", "#2f8f4e", "#8a4fb0", "#b08a00", "#d0487e", "#4a5a6a", "#008c8c"];

    /// <summary>Reads <paramref name="log"/> and writes <paramref name="path"/>; a run that has reported nothing yet has no plot.</summary>
    public static void Write(string log, string path, string title)
    {
        var series = Read(log);
        if (!series.TryGetValue("loss", out var loss))
            return;
        var last = series.Values.Max(points => points[^1].Step);
        var noted = series.Where(s => s.Key is not ("loss" or "rate" or "steps-per-second")).ToList();
        var shares = noted.Where(s => s.Value.All(point => point.Value is >= 0 and <= 1)).ToList();
        var others = noted.Except(shares).ToList();
        var svg = new StringBuilder();
        var whole = Top + Height + Gap + (noted.Count == 0 ? 0 : Height + Gap);
        Line(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {whole}\" font-family=\"sans-serif\" font-size=\"12\">");
        Line(svg, $"<rect width=\"{Width}\" height=\"{whole}\" fill=\"#fff\"/>");
        Text(svg, Left, 20, $"{title}, {last} steps", "#222");
        DrawLoss(svg, loss, series.GetValueOrDefault("rate"), last);
        if (noted.Count > 0)
            DrawNotes(svg, Top + Height + Gap, shares, others, last);
        Line(svg, $"</svg>");
        AtomicFile.WriteText(path, svg.ToString());
    }

    private static void DrawLoss(StringBuilder svg, List<(long Step, double Value)> loss, List<(long Step, double Value)>? rate, long last)
    {
        var shown = loss.Where(point => point.Value > 0).ToList();
        if (shown.Count == 0)
            return;
        var (low, high) = (Math.Log10(shown.Min(p => p.Value)), Math.Log10(shown.Max(p => p.Value)));
        (low, high) = high - low < 0.05 ? (low - 0.05, high + 0.05) : (low, high);
        Frame(svg, Top, last);
        for (var tick = 0; tick <= 4; tick++)
        {
            var y = Top + Height - (Height * tick / 4.0);
            Text(svg, 6, y + 4, Number(Math.Pow(10, low + ((high - low) * tick / 4))), "#555");
            Line(svg, $"<path d=\"M{Left} {y:0.#}H{Width - Right}\" stroke=\"#eee\"/>");
        }

        if (rate is { Count: > 0 })
        {
            var peak = Math.Max(1e-12, rate.Max(point => point.Value));
            Curve(svg, rate, last, Top, value => value / peak, "#c9c9c9");
            Text(svg, Width - Right + 10, Top + 28, $"rate, at most {Number(peak)}", "#999");
        }

        Curve(svg, shown, last, Top, value => (Math.Log10(value) - low) / (high - low), Colours[0]);
        Text(svg, Width - Right + 10, Top + 12, $"loss {Number(shown[^1].Value)}", Colours[0]);
    }

    private static void DrawNotes(
        StringBuilder svg, int top, List<KeyValuePair<string, List<(long Step, double Value)>>> shares,
        List<KeyValuePair<string, List<(long Step, double Value)>>> others, long last)
    {
        Frame(svg, top, last);
        for (var tick = 0; tick <= 4; tick++)
        {
            var y = top + Height - (Height * tick / 4.0);
            Text(svg, 6, y + 4, Number(tick / 4.0), "#555");
            Line(svg, $"<path d=\"M{Left} {y:0.#}H{Width - Right}\" stroke=\"#eee\"/>");
        }

        foreach (var ((name, points), i) in shares.Concat(others).Select((series, i) => (series, i)))
        {
            var colour = i < shares.Count ? Colours[i % Colours.Length] : "#555";
            if (i < shares.Count)
                Curve(svg, points, last, top, value => value, colour);
            Text(svg, Width - Right + 10, top + 12 + (16 * i), $"{name} {Number(points[^1].Value)}", colour);
        }
    }

    private static void Frame(StringBuilder svg, int top, long last)
    {
        Line(svg, $"<rect x=\"{Left}\" y=\"{top}\" width=\"{Width - Left - Right}\" height=\"{Height}\" fill=\"none\" stroke=\"#bbb\"/>");
        for (var tick = 0; tick <= 4; tick++)
            Text(svg, Left + ((Width - Left - Right) * tick / 4.0) - 10, top + Height + 16, Number(last * tick / 4.0), "#555");
    }

    private static void Curve(StringBuilder svg, List<(long Step, double Value)> points, long last, int top, Func<double, double> height, string colour)
    {
        var path = points.Select(point => string.Create(CultureInfo.InvariantCulture,
            $"{Left + ((double)(Width - Left - Right) * point.Step / Math.Max(1, last)):0.#},{top + (Height * (1 - height(point.Value))):0.#}"));
        Line(svg, $"<polyline points=\"{string.Join(' ', path)}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>");
        if (points.Count == 1)
            Line(svg, $"<circle cx=\"{Left + ((double)(Width - Left - Right) * points[0].Step / Math.Max(1, last)):0.#}\" cy=\"{top + (Height * (1 - height(points[0].Value))):0.#}\" r=\"3\" fill=\"{colour}\"/>");
    }

    private static void Text(StringBuilder svg, double x, double y, string text, string colour) =>
        Line(svg, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" fill=\"{colour}\">{text}</text>");

    private static void Line(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Number(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    private static Dictionary<string, List<(long Step, double Value)>> Read(string log)
    {
        var series = new Dictionary<string, List<(long Step, double Value)>>(StringComparer.Ordinal);
        foreach (var line in File.Exists(log) ? File.ReadAllLines(log) : [])
        {
            try
            {
                using var entry = JsonDocument.Parse(line);
                var step = entry.RootElement.GetProperty("step").GetInt64();
                foreach (var item in entry.RootElement.EnumerateObject().Where(item => item.Name != "step"))
                {
                    if (!series.TryGetValue(item.Name, out var points))
                        series[item.Name] = points = [];
                    points.Add((step, item.Value.GetDouble()));
                }
            }
            catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                // A line cut short by a kill says nothing.
            }
        }

        return series;
    }
}

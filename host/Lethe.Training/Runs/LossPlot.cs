using System.Globalization;
using System.Text.Json;
using Lethe.Diffusion;
using Lethe.Evaluation.Plots;
using ScottPlot;
using ScottPlot.TickGenerators;
using Points = System.Collections.Generic.List<(long Step, double Value)>;

namespace Lethe.Training.Runs;

/// <summary>Draws a run's log as SVG: the loss on a logarithmic axis with the learning rate behind it, and below what was measured.</summary>
internal static class LossPlot
{
    private const int Width = 860;
    private const int Height = 320;
    private static readonly PixelPadding Margins = new(72, 250, 52, 44);
    private static readonly Color RateColour = Color.FromHex("#b9bec6");
    private static readonly Color[] Colours =
        [.. new[] { "#0b6fa4", "#c8501e", "#2f8f4e", "#8a4fb0", "#b08a00", "#d0487e", "#4a5a6a", "#008c8c" }.Select(Color.FromHex)];

    /// <summary>Reads <paramref name="log"/> and writes <paramref name="path"/>; a run that has reported nothing yet has no plot.</summary>
    public static void Write(string log, string path, string title)
    {
        var series = Read(log);
        if (!series.TryGetValue("loss", out var loss))
            return;
        var last = series.Values.Max(points => points[^1].Step);
        var noted = series.Where(s => s.Key is not ("loss" or "rate" or "steps-per-second")).ToList();
        var heading = string.Create(CultureInfo.InvariantCulture, $"{title}, {last} steps");
        var upper = LossOf(loss, series.GetValueOrDefault("rate"), last, heading);
        var svg = noted.Count == 0
            ? PlotSvg.Draw(heading, Width, Height, upper)
            : PlotSvg.Draw(heading, Width, Height, upper, NotesOf(noted, last));
        AtomicFile.WriteText(path, svg + "\n");
    }

    private static Plot LossOf(Points loss, Points? rate, long last, string heading)
    {
        var plot = Framed("loss", last);
        plot.Title(heading, 14);
        // The rate is grey and lies behind the loss; its axis is the one at the right.
        if (rate is { Count: > 0 })
        {
            var line = Curve(plot, rate, $"rate, at most {Number(rate.Max(point => point.Value))}", RateColour, value => value);
            line.Axes.YAxis = plot.Axes.Right;
            plot.Axes.Right.Min = 0;
            plot.Axes.Right.Max = Math.Max(1e-12, rate.Max(point => point.Value)) * 1.05;
            plot.Axes.Right.TickGenerator = new EmptyTickGenerator();
        }

        var shown = loss.Where(point => point.Value > 0).ToList();
        if (shown.Count == 0)
            return plot;
        Curve(plot, shown, $"loss {Number(shown[^1].Value)}", Colours[0], Math.Log10);
        var (low, high) = (Math.Log10(shown.Min(point => point.Value)), Math.Log10(shown.Max(point => point.Value)));
        var margin = Math.Max(0.02, (high - low) * 0.05);
        plot.Axes.SetLimitsY(low - margin, high + margin);
        plot.Axes.Left.TickGenerator = LogarithmicTicks(low - margin, high + margin);
        return plot;
    }

    private static Plot NotesOf(List<KeyValuePair<string, Points>> noted, long last)
    {
        var plot = Framed("share", last);
        plot.Axes.SetLimitsY(-0.02, 1.02);
        var shares = noted.Where(s => s.Value.All(point => point.Value is >= 0 and <= 1)).ToList();
        foreach (var ((name, points), i) in shares.Select((series, i) => (series, i)))
            Curve(plot, points, $"{name} {Number(points[^1].Value)}", Colours[i % Colours.Length], value => value);
        // What is no share has no place on this axis; its last value is told all the same.
        foreach (var (name, points) in noted.Except(shares))
            plot.Legend.ManualItems.Add(new LegendItem { LabelText = $"{name} {Number(points[^1].Value)}", LineWidth = 0 });
        return plot;
    }

    private static Plot Framed(string up, long last)
    {
        var plot = PlotSvg.New("step", up);
        plot.Layout.Fixed(Margins);
        plot.Axes.SetLimitsX(0, Math.Max(1, last));
        plot.ShowLegend(Edge.Right).Alignment = Alignment.UpperLeft;
        return plot;
    }

    private static ScottPlot.Plottables.Scatter Curve(Plot plot, Points points, string name, Color colour, Func<double, double> height)
    {
        var line = plot.Add.Scatter(
            points.Select(point => (double)point.Step).ToArray(), points.Select(point => height(point.Value)).ToArray(), colour);
        (line.LegendText, line.LineWidth, line.MarkerSize) = (name, 1.5f, points.Count == 1 ? 6 : 0);
        return line;
    }

    // 1, 2 and 5 of every power of ten; all nine within one power, and even steps when the loss hardly moved.
    private static ITickGenerator LogarithmicTicks(double low, double high)
    {
        if (high - low < 0.3)
            return new NumericAutomatic { LabelFormatter = value => Number(Math.Pow(10, value)) };
        int[] digits = high - low < 1 ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : high - low < 4 ? [1, 2, 5] : [1];
        var ticks = new NumericManual();
        for (var power = (int)Math.Floor(low); power <= high; power++)
            foreach (var value in digits.Select(digit => digit * Math.Pow(10, power)))
                if (Math.Log10(value) >= low && Math.Log10(value) <= high)
                    ticks.AddMajor(Math.Log10(value), Number(value));
        return ticks;
    }

    private static string Number(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    private static Dictionary<string, Points> Read(string log)
    {
        var series = new Dictionary<string, Points>(StringComparer.Ordinal);
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

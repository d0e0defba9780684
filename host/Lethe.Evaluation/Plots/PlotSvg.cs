using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ScottPlot;
using SkiaSharp;

namespace Lethe.Evaluation.Plots;

/// <summary>Plots as SVG: the same on every machine, for the font comes along.</summary>
public static partial class PlotSvg
{
    private const string FontName = "DejaVu Sans";

    // Verdana has the same widths, so that a reader without DejaVu sees the text where it belongs.
    private const string FontsOfTheReader = "DejaVu Sans, Verdana, sans-serif";

    private static readonly Color Ink = Color.FromHex("#50565e");
    private static readonly Color Grid = Color.FromHex("#e3e6ea");

    static PlotSvg()
    {
        Fonts.FontResolvers.Clear();
        Fonts.FontResolvers.Add(new EmbeddedFont());
        Fonts.Default = FontName;
    }

    /// <summary>An empty plot in the house's style, with titles at its axes.</summary>
    public static Plot New(string across, string up)
    {
        var plot = new Plot();
        plot.Grid.MajorLineColor = Grid;
        plot.Axes.Color(Ink);
        plot.Axes.FrameColor(Grid);
        plot.Axes.Bottom.Label.Text = across;
        plot.Axes.Left.Label.Text = up;
        foreach (var axis in plot.Axes.GetAxes())
        {
            (axis.Label.FontSize, axis.Label.Bold, axis.Label.ForeColor) = (13, false, Ink);
            axis.TickLabelStyle.FontSize = 12;
        }

        (plot.Legend.FontSize, plot.Legend.FontColor, plot.Legend.OutlineWidth) = (12, Ink, 0);
        (plot.Legend.ShadowColor, plot.Legend.BackgroundColor) = (Colors.Transparent, Colors.Transparent);
        return plot;
    }

    /// <summary>The plots below each other, each <paramref name="height"/> pixels high, as one <c>svg</c> element.</summary>
    /// <param name="title">What a screen reader says in place of the picture.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels of one plot.</param>
    /// <param name="plots">At least one.</param>
    public static string Draw(string title, int width, int height, params ReadOnlySpan<Plot> plots)
    {
        using var file = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(new SKRect(0, 0, width, height * plots.Length), file))
        {
            for (var i = 0; i < plots.Length; i++)
                plots[i].Render(canvas, new PixelRect(0, width, height * (i + 1), height * i));
        }

        file.Position = 0;
        var svg = XDocument.Load(file).Root!;
        svg.SetAttributeValue("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {width} {height * plots.Length}"));
        svg.SetAttributeValue("role", "img");
        svg.AddFirst(new XElement(svg.Name.Namespace + "title", title));
        foreach (var text in svg.Descendants(svg.Name.Namespace + "text"))
            Tidy(text);
        return WithOwnNumbers(svg.ToString());
    }

    private static void Tidy(XElement text)
    {
        text.Value = text.Value.Trim();
        text.SetAttributeValue("font-family", FontsOfTheReader);
        foreach (var places in text.Attributes().Where(attribute => attribute.Name.LocalName is "x" or "y"))
            places.Value = places.Value.TrimEnd(' ', ',');
    }

    // Skia numbers its clip paths through the life of the process; equal plots must give equal bytes.
    private static string WithOwnNumbers(string svg)
    {
        var numbers = new Dictionary<string, string>(StringComparer.Ordinal);
        return ClipName().Replace(svg, name =>
        {
            if (!numbers.TryGetValue(name.Value, out var own))
                numbers[name.Value] = own = string.Create(CultureInfo.InvariantCulture, $"plot-{numbers.Count + 1}");
            return own;
        });
    }

    [GeneratedRegex(@"(?<=id=""|url\(#)cl_[0-9a-f]+(?=""|\))")]
    private static partial Regex ClipName();

    /// <summary>Whatever font a plot asks for, it gets this one: the machine may have none at all.</summary>
    private sealed class EmbeddedFont : IFontResolver
    {
        private readonly SKTypeface font = Load();

        public SKTypeface CreateTypeface(string fontName, bool bold, bool italic) => font;

        public SKTypeface CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => font;

        private static SKTypeface Load()
        {
            using var file = typeof(PlotSvg).Assembly.GetManifestResourceStream("DejaVuSans.ttf")!;
            return SKTypeface.FromStream(file);
        }
    }
}

using ScottPlot;
using ScottPlot.TickGenerators;

namespace Lethe.Evaluation.Plots;

/// <summary>One measured quantity as an axis.</summary>
/// <param name="Title">What stands beside the axis.</param>
/// <param name="IsShare">Whether it is shown from 0 to 1 whatever the values are, so that plots of several tables look alike.</param>
/// <param name="Label">How a number is written at the axis.</param>
public sealed record PlotAxis(string Title, bool IsShare, Func<double, string> Label);

/// <summary>A point with its name beside it.</summary>
/// <param name="Name">The name.</param>
/// <param name="X">Its place along the horizontal axis.</param>
/// <param name="Y">Its place along the vertical axis.</param>
/// <param name="Hollow">Hollow and grey, as something that cannot be compared with the rest.</param>
public sealed record NamedPoint(string Name, double X, double Y, bool Hollow);

/// <summary>One quantity against another.</summary>
public static class NamedPoints
{
    private const int Width = 680, Height = 440;
    private const float Reach = 9;
    private static readonly Color Full = Color.FromHex("#2457a6");
    private static readonly Color Grey = Color.FromHex("#8a9099");

    /// <summary>The plot as one <c>svg</c> element.</summary>
    /// <param name="title">What a screen reader says in place of the picture.</param>
    /// <param name="across">The horizontal axis.</param>
    /// <param name="up">The vertical axis.</param>
    /// <param name="points">At least one.</param>
    public static string Draw(string title, PlotAxis across, PlotAxis up, IReadOnlyList<NamedPoint> points)
    {
        var plot = PlotSvg.New(across.Title, up.Title);
        plot.Layout.Fixed(new PixelPadding(64, 24, 52, 16));
        Scale(plot.Axes.Bottom, points.Select(point => point.X), across);
        Scale(plot.Axes.Left, points.Select(point => point.Y), up);
        // Full ones lie above hollow ones.
        foreach (var point in points.OrderByDescending(point => point.Hollow))
        {
            var marker = point.Hollow
                ? plot.Add.Marker(point.X, point.Y, MarkerShape.OpenCircle, 10, Grey)
                : plot.Add.Marker(point.X, point.Y, MarkerShape.FilledCircle, 10, Full);
            marker.MarkerLineWidth = point.Hollow ? 1.5f : 0;
        }

        Name(plot, points);
        return PlotSvg.Draw(title, Width, Height, plot);
    }

    private static void Scale(IAxis axis, IEnumerable<double> values, PlotAxis quantity)
    {
        var all = values.ToList();
        var margin = Math.Max(1e-3, (all.Max() - all.Min()) * 0.1);
        (axis.Min, axis.Max) = quantity.IsShare ? (-0.02, 1.02) : (all.Min() - margin, all.Max() + margin);
        axis.TickGenerator = new NumericAutomatic { LabelFormatter = quantity.Label };
    }

    // A name goes to the right of its point, or to the first other side where it covers neither a point nor a name; where many points
    // lie on one another there may be no such side, and then it covers something.
    private static void Name(Plot plot, IReadOnlyList<NamedPoint> points)
    {
        // Where a point lands is known once the axes are laid out.
        plot.RenderInMemory(Width, Height);
        var centres = points.Select(point => plot.GetPixel(new Coordinates(point.X, point.Y))).ToList();
        var taken = centres.Select(centre => Around(centre, 6, 6)).ToList();
        foreach (var (point, centre) in points.Zip(centres))
        {
            var text = plot.Add.Text(point.Name, point.X, point.Y);
            (text.LabelFontSize, text.LabelFontColor) = (12, point.Hollow ? Grey : Colors.Black);
            text.LabelAlignment = Alignment.MiddleCenter;
            using var paint = Paint.NewDisposablePaint();
            var size = text.LabelStyle.Measure(point.Name, paint);
            var choices = Sides(size.Width, size.Height).Select(side =>
                (Side: side, Box: Around(new Pixel(centre.X + side.X, centre.Y + side.Y), size.Width / 2, size.Height / 2))).ToList();
            // Beyond the frame nothing is drawn.
            var inside = choices.Where(choice => Holds(plot.LastRender.DataRect, choice.Box)).ToList();
            var free = inside.FindIndex(choice => !taken.Exists(other => Overlap(choice.Box, other)));
            var (chosen, box) = free >= 0 ? inside[free] : inside.Count > 0 ? inside[0] : choices[0];
            (text.OffsetX, text.OffsetY) = (chosen.X, chosen.Y);
            taken.Add(box);
        }
    }

    private static Pixel[] Sides(float width, float height)
    {
        var (x, y) = (Reach + (width / 2), Reach + (height / 2));
        return
        [
            new(x, 0), new(0, -y), new(0, y), new(-x, 0), new(x, -y), new(x, y), new(-x, -y), new(-x, y),
            new(0, -y - height), new(0, y + height),
        ];
    }

    private static PixelRect Around(Pixel centre, float across, float down) =>
        new(centre.X - across, centre.X + across, centre.Y + down, centre.Y - down);

    private static bool Holds(PixelRect frame, PixelRect box) =>
        box.Left > frame.Left && box.Right < frame.Right && box.Top > frame.Top && box.Bottom < frame.Bottom;

    private static bool Overlap(PixelRect one, PixelRect other) =>
        one.Left < other.Right && other.Left < one.Right && one.Top < other.Bottom && other.Top < one.Bottom;
}

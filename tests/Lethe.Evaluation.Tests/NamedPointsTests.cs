using System.Globalization;
using System.Xml.Linq;
using Lethe.Evaluation.Plots;

namespace Lethe.Evaluation.Tests;

public sealed class NamedPointsTests
{
    private static readonly PlotAxis Share = new("acc_e ↓", true, value => (100 * value).ToString("0.0", CultureInfo.InvariantCulture));
    private static readonly PlotAxis Distance = new("fid ↓", false, value => value.ToString("G3", CultureInfo.InvariantCulture));

    private static readonly NamedPoint[] Points =
    [
        new("unedited", 0.96, 12.1, false), new("cpe", 0.02, 14.3, false), new("uce", 0.06, 14.9, false), new("esd-x", 0.05, 14.2, false),
        new("rece", 0.04, 14.6, false), new("<b> & co", 0.98, 12.3, false), new("(MACE)", 0.09, 20, true), new("(ESD)", 0.55, 17, true),
    ];

    [Fact]
    public void Draw_Points_NamesThemAndBothAxes()
    {
        var texts = Texts(NamedPoints.Draw("fid against acc_e", Share, Distance, Points)).Select(text => text.Value).ToList();

        Assert.All(Points, point => Assert.Contains(point.Name, texts));
        Assert.Contains("acc_e ↓", texts);
        Assert.Contains("fid ↓", texts);
        Assert.Contains("0.0", texts);
        Assert.Contains("100.0", texts);
    }

    [Fact]
    public void Draw_SamePointsTwice_GivesSameBytes() =>
        Assert.Equal(NamedPoints.Draw("title", Share, Distance, Points), NamedPoints.Draw("title", Share, Distance, Points));

    [Fact]
    public void Draw_OnePointAtTheEdge_IsDrawn() =>
        Assert.Contains("alone", Texts(NamedPoints.Draw("title", Share, Share, [new("alone", 1, 0, false)])).Select(text => text.Value));

    private static IEnumerable<XElement> Texts(string svg) =>
        XDocument.Parse(svg).Descendants().Where(element => element.Name.LocalName == "text");
}

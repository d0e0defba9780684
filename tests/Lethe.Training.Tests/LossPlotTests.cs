using System.Globalization;
using System.Xml.Linq;
using Lethe.Training.Runs;

namespace Lethe.Training.Tests;

public sealed class LossPlotTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lethe-plot-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Write_Log_ShowsLossRateAndWhatWasMeasured()
    {
        var texts = Texts(Draw(Log(3000)));

        Assert.Contains("judge <a> & co, 3000 steps", texts);
        Assert.Contains("step", texts);
        Assert.Contains("objects 0.85", texts);
        Assert.Contains("kid 12.5", texts);
        Assert.Contains(texts, text => text.StartsWith("loss 0.", StringComparison.Ordinal));
        Assert.Contains(texts, text => text.StartsWith("rate, at most 0.000", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_SameLogTwice_GivesSameBytes() => Assert.Equal(Draw(Log(400)), Draw(Log(400)));

    [Theory]
    [InlineData("""{"step":1,"loss":2.5}""")]
    [InlineData("""{"step":1,"loss":0}""")]
    [InlineData("""{"step":1,"loss":0.5,"rate":0}""" + "\n" + """{"step":2,"loss":0.5,"rate":0}""")]
    [InlineData("""{"step":1,"loss":1e-9}""" + "\n" + """{"step":2,"loss":1e9}""" + "\n" + """{"step":3,"lo""")]
    public void Write_OddLog_StillDraws(string log) => Assert.Contains("loss", Texts(Draw(log)));

    [Fact]
    public void Write_NothingReportedYet_WritesNothing()
    {
        LossPlot.Write(Path.Combine(folder, "none.jsonl"), Path.Combine(folder, "none.svg"), "none");

        Assert.Empty(Directory.GetFiles(folder));
    }

    private string Draw(string log)
    {
        var (from, to) = (Path.Combine(folder, "run.jsonl"), Path.Combine(folder, "run.svg"));
        File.WriteAllText(from, log);
        LossPlot.Write(from, to, "judge <a> & co");
        return File.ReadAllText(to);
    }

    private static List<string> Texts(string svg) =>
        [.. XDocument.Parse(svg).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];

    private static string Log(int steps)
    {
        var lines = new List<string>();
        for (var step = 20; step <= steps; step += 20)
        {
            var loss = 2.2 * Math.Exp(-step / 700.0) + 0.04 + 0.01 * Math.Sin(step);
            var rate = (1e-3 * Math.Min(1, step / 300.0) * (1 - step / (steps + 1.0)));
            lines.Add(string.Create(CultureInfo.InvariantCulture,
                $$"""{"step":{{step}},"loss":{{loss:0.#####}},"rate":{{rate:0.########}},"steps-per-second":3.2}"""));
        }

        foreach (var (name, value) in new[] { ("objects", 0.85), ("styles", 0.963), ("held out", 0.41), ("kid", 12.5) })
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $$"""{"step":{{steps / 2}},"{{name}}":{{value * 0.7}}}"""));
            lines.Add(string.Create(CultureInfo.InvariantCulture, $$"""{"step":{{steps}},"{{name}}":{{value}}}"""));
        }

        return string.Join('\n', lines);
    }
}

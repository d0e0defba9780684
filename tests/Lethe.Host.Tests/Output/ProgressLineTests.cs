using Lethe.Host.Output;

namespace Lethe.Host.Tests.Output;

public sealed class ProgressLineTests
{
    [Fact]
    public void Report_OnTerminal_ShowsRateAndTimeLeft()
    {
        var (error, clock) = (new StringWriter(), new ManualClock());
        using var line = new ProgressLine(Streams(error, terminal: true), quiet: false, clock);

        line.Begin("erase cigarette", 300);
        line.Report(0);
        clock.Advance(TimeSpan.FromSeconds(10));
        line.Report(100, "loss 0.12");

        Assert.EndsWith("erase cigarette  100/300 steps  33 %  10 steps/s  0:20 left  loss 0.12", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_ResumedRun_CountsOnlyItsOwnWork()
    {
        var (error, clock) = (new StringWriter(), new ManualClock());
        using var line = new ProgressLine(Streams(error, terminal: true), quiet: false, clock);

        line.Begin("erase", 300);
        line.Report(200);
        clock.Advance(TimeSpan.FromSeconds(10));
        line.Report(210);

        Assert.Contains("1 steps/s  1:30 left", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_NoTerminal_WritesALineEachHalfMinute()
    {
        var (error, clock) = (new StringWriter(), new ManualClock());
        using var line = new ProgressLine(Streams(error, terminal: false), quiet: false, clock);

        line.Begin("erase", 1000);
        for (var second = 0; second <= 65; second++)
        {
            line.Report(second);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain('\u001b', error.ToString());
    }

    [Fact]
    public void Report_Quiet_WritesNothing()
    {
        var error = new StringWriter();
        using (var line = new ProgressLine(Streams(error, terminal: true), quiet: true, new ManualClock()))
        {
            line.Begin("erase", 10);
            line.WriteLine("note");
        }

        Assert.Equal("", error.ToString());
    }

    [Fact]
    public void Show_NarrowTerminal_StaysOnOneLine()
    {
        var error = new StringWriter();
        using var line = new ProgressLine(Streams(error, terminal: true) with { Width = 20 }, quiet: false, new ManualClock());

        line.Begin("a label that is far too long for the terminal", 10);

        Assert.True(error.ToString().Replace("\r\u001b[K", "", StringComparison.Ordinal).Length < 20);
    }

    private static ConsoleStreams Streams(TextWriter error, bool terminal) =>
        ConsoleStreams.InMemory(TextWriter.Null, error) with { ErrorIsTerminal = terminal };

    private sealed class ManualClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}

using Lethe.Evaluation.Metrics;

namespace Lethe.Evaluation.Tests;

public sealed class IntervalsTests
{
    // Wilson's formula evaluated independently, six digits.
    [Theory]
    [InlineData(0, 10, 0.0, 0.277533)]
    [InlineData(5, 10, 0.236593, 0.763407)]
    [InlineData(10, 10, 0.722467, 1.0)]
    [InlineData(81, 263, 0.255289, 0.366210)]
    public void Wilson_KnownCounts_GivesPublishedBounds(int hits, int n, double low, double high)
    {
        var interval = Intervals.Wilson(hits, n);

        Assert.Equal(low, interval!.Value.Low, 1e-6);
        Assert.Equal(high, interval.Value.High, 1e-6);
    }

    [Fact]
    public void Wilson_NothingCounted_GivesNone() => Assert.Null(Intervals.Wilson(0, 0));

    [Fact]
    public void Bootstrap_EqualScores_GivesEqualIntervals()
    {
        IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> strata = [[[0.1, 0.2], [0.5], [0.9, 0.7, 0.8]]];

        var first = Intervals.Bootstrap(strata, drawn => drawn[0].Average());
        var second = Intervals.Bootstrap(strata, drawn => drawn[0].Average());

        Assert.Equal(first, second);
        Assert.InRange(strata[0].SelectMany(group => group).Average(), first!.Value.Low, first.Value.High);
    }
}

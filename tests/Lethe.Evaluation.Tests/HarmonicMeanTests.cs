using Lethe.Evaluation.Metrics;

namespace Lethe.Evaluation.Tests;

public sealed class HarmonicMeanTests
{
    // Rows of the papers' tables, recomputed: metrics.md 2.4; four printed digits.
    [Theory]
    [InlineData(.0697, .9518, .1422, .9115)]
    [InlineData(.0193, .9754, .0482, .9691)]
    [InlineData(.0342, .9885, .2268, .8981)]
    [InlineData(.9676, .9832, .9415, .0613)]
    [InlineData(0, .8649, .0497, .9350)]
    [InlineData(.2505, .2840, .2844, .4798)]
    public void Of_PublishedRows_GivesPublishedValue(double accE, double accS, double accG, double expected) =>
        Assert.Equal(expected, HarmonicMean.Of(accE, accS, accG), 6e-5);

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(0, 0, 0)]
    [InlineData(0, 1, 1)]
    public void Of_OneTermZero_GivesZero(double accE, double accS, double accG) => Assert.Equal(0, HarmonicMean.Of(accE, accS, accG));
}

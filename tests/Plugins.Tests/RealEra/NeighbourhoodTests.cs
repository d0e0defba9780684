using Lethe.Plugins.RealEra;

namespace Plugins.Tests.RealEra;

public sealed class NeighbourhoodTests
{
    [Theory]
    [InlineData(0.1, 0.997)]
    [InlineData(0.3, 0.966)]
    [InlineData(0.6, 0.805)]
    [InlineData(0.8, 0.609)]
    [InlineData(1.0, 0.382)]
    [InlineData(1.2, 0.170)]
    [InlineData(1.414, 0.0)]
    public void CosineAt_RadiusOfTheTable_GivesItsCosine(double radius, double cosine)
    {
        Assert.Equal(cosine, Neighbourhood.CosineAt(radius, 1), 0.01);
        Assert.Equal(radius, Neighbourhood.RadiusAt(Neighbourhood.CosineAt(radius, 1), 1), 1e-9);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(2.0)]
    public void RadiusAt_OtherNorms_InvertsCosineAt(double ratio) =>
        Assert.Equal(0.7, Neighbourhood.RadiusAt(Neighbourhood.CosineAt(0.7, ratio), ratio), 1e-9);

    [Fact]
    public void Of_NothingGiven_FollowsFromTheDefaultRadius()
    {
        var limits = Neighbourhood.Of(null, null, null, 1, null, 1);

        Assert.Equal((0.6, 1.2, 1.0), (limits.Radius, limits.FarRadius, limits.MaxCosine));
        Assert.Equal(0.2, limits.AnchorRadius, 1e-12);
        Assert.Equal(0.80, limits.MinCosine, 0.01);
    }

    [Fact]
    public void Of_CosinesOfTheSecondReading_GiveTheirRadius()
    {
        var limits = Neighbourhood.Of(null, null, null, 0.7, 0.3, 1);

        Assert.Equal(1.08, limits.Radius, 0.01);
        Assert.Equal(0.3, Neighbourhood.CosineAt(limits.Radius, 1), 1e-9);
    }

    [Theory]
    [InlineData(0.6, null, 1.0, 0.05, "far points impossible: cosines end above S2")]
    [InlineData(0.6, 0.5, 1.0, null, "D2 below D1")]
    [InlineData(0.3, null, 0.5, null, "S1 out of reach")]
    [InlineData(null, null, 0.2, 0.4, "S2 above S1")]
    [InlineData(null, null, 1.0, -0.9, "no point is so dissimilar")]
    public void Of_ImpossibleLimits_AreRefused(double? radius, double? far, double maxCosine, double? minCosine, string why) =>
        Assert.True(Assert.Throws<ArgumentException>(() => Neighbourhood.Of(radius, null, far, maxCosine, minCosine, 1)).Message.Contains("expected", StringComparison.Ordinal), why);
}

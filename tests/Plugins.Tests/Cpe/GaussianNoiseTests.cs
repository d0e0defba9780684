using Lethe.Plugins.Cpe;

namespace Plugins.Tests.Cpe;

public sealed class GaussianNoiseTests
{
    private const int Many = 1 << 20;

    [Fact]
    public void Fill_ManyNumbers_HaveTheMomentsOfANormalDistribution()
    {
        var numbers = Filled(Many, 2, seed: 3).Select(number => number / 2.0).ToArray();

        // Within five standard errors of mean, variance, and the fourth moment, which a sum of few uniform numbers would miss.
        Assert.Equal(0, numbers.Average(), 5 * Math.Sqrt(1.0 / Many));
        Assert.Equal(1, numbers.Average(number => number * number), 5 * Math.Sqrt(2.0 / Many));
        Assert.Equal(3, numbers.Average(number => Math.Pow(number, 4)), 5 * Math.Sqrt(96.0 / Many));
        Assert.InRange(numbers.Max(Math.Abs), 4, 6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(45)]
    public void Fill_AnyLength_IsTheStartOfALongerOne(int length)
    {
        var numbers = Filled(length, 1, seed: 7);

        Assert.Equal(Filled(96, 1, seed: 7)[..length], numbers);
        Assert.Equal(length, numbers.Distinct().Count());
    }

    [Fact]
    public void Fill_TwoSeeds_AreNotCorrelated()
    {
        var (one, two) = (Filled(Many, 1, seed: 1), Filled(Many, 1, seed: 2));

        Assert.Equal(0, one.Zip(two, (a, b) => (double)a * b).Average(), 5 * Math.Sqrt(1.0 / Many));
    }

    private static float[] Filled(int length, float deviation, ulong seed)
    {
        var numbers = new float[length];
        GaussianNoise.Fill(numbers, deviation, seed);
        return numbers;
    }
}

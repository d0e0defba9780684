using Lethe.Training.Runs;

namespace Lethe.Training.Tests;

public class LearningRateTests
{
    [Fact]
    public void At_WarmUp_RisesInEvenSteps()
    {
        var rate = new LearningRate(Peak: 1, Steps: 100, WarmUp: 0.1);

        Assert.Equal(0.1, rate.At(0), 9);
        Assert.Equal(0.5, rate.At(4), 9);
    }

    [Fact]
    public void At_EndOfWarmUp_IsThePeak() => Assert.Equal(2e-3, new LearningRate(2e-3, 100, 0.1).At(9), 9);

    [Fact]
    public void At_Middle_IsHalfWayDownTheCosine() => Assert.Equal(0.51, new LearningRate(1, 100, 0).At(49), 9);

    [Fact]
    public void At_LastStepAndBeyond_StaysAtAFiftieth()
    {
        var rate = new LearningRate(1, 100);

        Assert.Equal(0.02, rate.At(99), 9);
        Assert.Equal(0.02, rate.At(500), 9);
    }
}

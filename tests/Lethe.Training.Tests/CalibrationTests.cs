using Lethe.Training.Stages;

namespace Lethe.Training.Tests;

public sealed class CalibrationTests
{
    private const int Rows = 4000;
    private const int Width = 3;

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(2.5)]
    public void Fit_LabelsDrawnFromTheProbabilities_FindsTheTemperature(double temperature)
    {
        var (outputs, truth) = Drawn(temperature);

        var found = Calibration.Fit(outputs, truth, [.. Enumerable.Range(0, Rows)]);

        Assert.InRange(found / temperature, 0.9, 1.1);
        Assert.InRange(ErrorAt(found), 0, 0.03);
        if (temperature != 1)
            Assert.True(ErrorAt(1) > 2 * ErrorAt(found), $"{ErrorAt(1)} before, {ErrorAt(found)} after");

        double ErrorAt(double at) => Calibration.Error(
            Calibration.Choices(outputs, Rows, at).Select((seen, i) => (seen.Confidence, seen.Choice == truth[i])));
    }

    [Fact]
    public void Fit_NoRows_LeavesTheOutputsAlone() => Assert.Equal(1, Calibration.Fit([], [], []));

    [Fact]
    public void Error_SureAndHalfWrong_IsAHalf() =>
        Assert.Equal(0.5, Calibration.Error([(1, true), (1, false), (1, true), (1, false)]), 1e-9);

    private static (float[] Outputs, int[] Truth) Drawn(double temperature)
    {
        var random = new Random(7);
        var outputs = Enumerable.Range(0, Rows * Width).Select(_ => (float)(6 * random.NextDouble())).ToArray();
        var truth = Enumerable.Range(0, Rows).Select(row =>
        {
            var shares = Calibration.Softmax(outputs.AsSpan(row * Width, Width), temperature);
            var roll = random.NextDouble();
            return roll < shares[0] ? 0 : roll < shares[0] + shares[1] ? 1 : 2;
        });
        return (outputs, [.. truth]);
    }
}

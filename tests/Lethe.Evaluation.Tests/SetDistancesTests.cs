using FsCheck;
using FsCheck.Fluent;
using Lethe.Evaluation.Metrics;

namespace Lethe.Evaluation.Tests;

public sealed class SetDistancesTests
{
    // Fewer rows than dimensions and more, so that both ways to the square root take part.
    private static readonly Arbitrary<(int Seed, int Rows, int Width)> Shapes = (
        from seed in Gen.Choose(1, 10_000)
        from rows in Gen.Choose(2, 24)
        from width in Gen.Choose(1, 12)
        select (seed, rows, width)).ToArbitrary();

    [Fact]
    public void Frechet_SetWithItself_IsZero() => Prop.ForAll(Shapes, shape =>
    {
        var set = Samples.Features(shape.Seed, shape.Rows, shape.Width);
        Assert.Equal(0, FrechetDistance.Between(set, set), 1e-6);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Distances_SidesSwapped_AreEqual() => Prop.ForAll(Shapes, shape =>
    {
        var (a, b) = (Samples.Features(shape.Seed, shape.Rows, shape.Width), Samples.Features(shape.Seed + 1, shape.Rows + 3, shape.Width, 0.5));
        Assert.Equal(FrechetDistance.Between(a, b), FrechetDistance.Between(b, a), 1e-6);
        Assert.Equal(KernelDistance.Unbiased(a, b), KernelDistance.Unbiased(b, a), 1e-9 * Math.Max(1, Math.Abs(KernelDistance.Unbiased(a, b))));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Distances_RowsShuffled_AreEqual() => Prop.ForAll(Shapes, shape =>
    {
        var (a, b) = (Samples.Features(shape.Seed, shape.Rows, shape.Width), Samples.Features(shape.Seed + 1, shape.Rows, shape.Width, 0.5));
        var shuffled = a.Pick([.. Enumerable.Range(0, a.Count).OrderBy(row => (row * 7919 + shape.Seed) % 104_729)]);
        Assert.Equal(FrechetDistance.Between(a, b), FrechetDistance.Between(shuffled, b), 1e-6);
        Assert.Equal(KernelDistance.Unbiased(a, b), KernelDistance.Unbiased(shuffled, b), 1e-9 * Math.Max(1, Math.Abs(KernelDistance.Unbiased(a, b))));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Frechet_RowsAndMoments_AreEqual() => Prop.ForAll(Shapes, shape =>
    {
        var (a, b) = (Samples.Features(shape.Seed, shape.Rows, shape.Width), Samples.Features(shape.Seed + 1, shape.Rows, shape.Width, 0.5));
        Assert.Equal(FrechetDistance.Between(a, b), FrechetDistance.Between(FeatureMoments.Of([a]), FeatureMoments.Of([b])), 1e-5);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Kernel_HalvesOfOneDistribution_IsZeroOnAverage()
    {
        // Unbiased means that errors of both signs cancel: 60 pairs of halves, within three standard errors.
        var values = Enumerable.Range(0, 60).Select(i => KernelDistance.Unbiased(Samples.Features(2 * i + 1, 40, 8), Samples.Features(2 * i + 2, 40, 8))).ToList();
        var mean = values.Average();
        var error = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)) / values.Count);

        Assert.InRange(mean, -3 * error, 3 * error);
        Assert.Contains(values, value => value < 0);
    }

    // metrics.md 15: with one set on both sides it is -(2/m)(mean diagonal - mean off-diagonal), here by hand: k = 8, 1, 1, 8.
    [Fact]
    public void Kernel_SetWithItself_IsNegativeAsTheFormulaSays()
    {
        var set = new FeatureSet("hand", 1, [1, -1]);

        Assert.Equal(-(2.0 / 2) * (8 - 0), KernelDistance.Unbiased(set, set), 12);
    }

    [Fact]
    public void Distances_FarApart_AreLargerThanNear()
    {
        var (set, near, far) = (Samples.Features(1, 60, 6), Samples.Features(2, 60, 6, 0.1), Samples.Features(3, 60, 6, 2));

        Assert.True(FrechetDistance.Between(set, near) < FrechetDistance.Between(set, far));
        Assert.True(KernelDistance.Unbiased(set, near) < KernelDistance.Unbiased(set, far));
    }

    [Fact]
    public void Frechet_ConstantFeatures_IsSquaredDistanceOfMeans()
    {
        var (ones, threes) = (new FeatureSet("flat", 2, [1, 1, 1, 1, 1, 1]), new FeatureSet("flat", 2, [3, 3, 3, 3]));

        Assert.Equal(8, FrechetDistance.Between(ones, threes), 12);
        Assert.Equal(8, FrechetDistance.Between(FeatureMoments.Of([ones]), FeatureMoments.Of([threes])), 12);
        Assert.Equal(0, FrechetDistance.Between(ones, ones), 12);
    }

    [Fact]
    public void Figures_MeasuredSets_CarryBothCountsAndAnInterval()
    {
        var (pictures, reference) = (Samples.Features(1, 50, 5, 0.3), Samples.Features(2, 40, 5));

        foreach (var figure in new[] { SetDistances.Frechet(pictures, reference), SetDistances.Kernel(pictures, reference) })
        {
            Assert.Equal((50, 40), (figure.N, figure.ReferenceN));
            Assert.InRange(figure.Value!.Value, figure.Low!.Value, figure.High!.Value);
            Assert.True(figure.High > figure.Low);
            Assert.Equal($"{figure.Id}/features-made-up/1", figure.DefinitionId);
        }
    }

    [Fact]
    public void Figures_FreshSamplesOfTheSameSets_MostlyLieInTheInterval()
    {
        // The mean of unbiased estimates stands for the distance; 95 % intervals hold it 19 times of 20, give or take three.
        var figures = Enumerable.Range(0, 20).Select(i => SetDistances.Kernel(Samples.Features(i + 1, 60, 4, 0.4), Samples.Features(i + 101, 60, 4))).ToList();
        var truth = figures.Average(figure => figure.Value!.Value);

        Assert.InRange(figures.Count(figure => figure.Low <= truth && truth <= figure.High), 16, 20);
    }

    [Fact]
    public void Frechet_ManyRows_HasAnIntervalFromFewerResamples()
    {
        var figure = SetDistances.Frechet(Samples.Features(1, 500, 4, 0.3), Samples.Features(2, 450, 4));

        Assert.InRange(0.09 * 4, figure.Low!.Value, figure.High!.Value);
    }

    [Fact]
    public void Figures_ComputedTwice_AreEqual()
    {
        var (pictures, reference) = (Samples.Features(1, 30, 5, 0.3), Samples.Features(2, 40, 5));

        Assert.Equal(SetDistances.Frechet(pictures, reference), SetDistances.Frechet(pictures, reference));
        Assert.Equal(SetDistances.Kernel(pictures, reference), SetDistances.Kernel(pictures, reference));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Figures_TooFewPictures_HaveNoValueAndCountThem(int count)
    {
        var (few, many) = (Samples.Features(1, 4, 3).Pick([.. Enumerable.Range(0, count)]), Samples.Features(2, 4, 3));

        foreach (var figure in new[] { SetDistances.Frechet(few, many), SetDistances.Kernel(few, many) })
        {
            Assert.Null(figure.Value);
            Assert.Null(figure.Low);
            Assert.Equal(count, figure.N);
        }
        Assert.Throws<ArgumentException>(() => FrechetDistance.Between(few, many));
        Assert.Throws<ArgumentException>(() => KernelDistance.Unbiased(many, few));
        Assert.Throws<ArgumentException>(() => FeatureMoments.Of([few]));
    }

    [Fact]
    public void Figures_EditThatChangesNothing_IsZeroAndCertain()
    {
        var scores = Enumerable.Range(0, 12).Select(i => Samples.Score($"c{i % 4}", i % 3 == 0 ? PictureRole.Erased : PictureRole.Preserved, i, true)).ToList();
        var features = Samples.Features(5, 12, 6);

        var figures = SetDistances.OfPreserved(scores, features, features);

        Assert.Equal(["fid", "kid"], figures.Select(figure => figure.Id));
        Assert.All(figures, figure => Assert.Equal(8, figure.N));
        Assert.Equal(0, figures[0].Value!.Value, 1e-6);
        Assert.True(figures[1].Value < 0);

        // The same prompts are drawn on both sides, and so nothing varies.
        Assert.Equal(0, figures[0].High!.Value, 1e-6);
    }

    [Fact]
    public void FeatureSet_WrongNumbers_SaysWhichAndWhere()
    {
        Assert.Contains("feature 1 of row 1", Assert.Throws<ArgumentException>(() => new FeatureSet("n", 2, [1, 2, 3, float.NaN])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new FeatureSet("n", 2, [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => new FeatureSet("n", 2, [1, 2], ["a", "b"]));
        Assert.Throws<ArgumentException>(() => FrechetDistance.Between(Samples.Features(1, 3, 2), Samples.Features(1, 3, 3)));
    }

    [Fact]
    public void FeatureFile_WrittenAndRead_GivesTheSameFigures()
    {
        var path = Path.Combine(Path.GetTempPath(), $"lethe-{Guid.NewGuid():N}.safetensors");
        var (before, after) = (Samples.Features(1, 9, 4), Samples.Features(2, 9, 4, 0.2));
        try
        {
            FeatureFile.Write(path, new Dictionary<string, FeatureSet> { ["before"] = before, ["after"] = after });
            var read = FeatureFile.Read(path);

            Assert.Equal(SetDistances.Frechet(after, before), SetDistances.Frechet(read["after"], read["before"]));
            Assert.Equal("made-up", read["before"].Network);
        }
        finally
        {
            File.Delete(path);
        }
    }
}

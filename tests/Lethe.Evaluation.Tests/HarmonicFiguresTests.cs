using FsCheck;
using FsCheck.Fluent;
using Lethe.Evaluation.Metrics;
using static Lethe.Evaluation.Tests.Samples;

namespace Lethe.Evaluation.Tests;

public sealed class HarmonicFiguresTests
{
    [Fact]
    public void Of_AnyAccuracies_LiesBetweenItsParts() => Prop.ForAll(
        Gen.Choose(0, 100).ToArbitrary(), Gen.Choose(0, 100).ToArbitrary(), Gen.Choose(0, 100).ToArbitrary(), (e, s, g) =>
    {
        double[] parts = [1 - e / 100.0, s / 100.0, 1 - g / 100.0];
        Assert.InRange(HarmonicMean.Of(e / 100.0, s / 100.0, g / 100.0), parts.Min() - 1e-12, parts.Max() + 1e-12);
        Assert.InRange(HarmonicMean.Of(e / 100.0, s / 100.0), parts[..2].Min() - 1e-12, parts[..2].Max() + 1e-12);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(-0.1, 0.5)]
    [InlineData(0.5, 1.1)]
    [InlineData(double.NaN, 0.5)]
    public void Of_NoFraction_Refuses(double accE, double accS) => Assert.Throws<ArgumentException>(() => HarmonicMean.Of(accE, accS));

    [Fact]
    public void OverConcepts_TwoRuns_IsMeanOfValuesNotValueOfMeans()
    {
        ConceptRun[] runs = [Run("cat", 1, 9, 2), Run("dog", 9, 5, 9)];

        var figure = HarmonicFigures.OverConcepts(runs).First(figure => figure.Id == "h_o");

        Assert.Equal((HarmonicMean.Of(0.1, 0.9, 0.2) + HarmonicMean.Of(0.9, 0.5, 0.9)) / 2, figure.Value!.Value, 1e-12);
        Assert.Equal(60, figure.N);
        Assert.InRange(figure.Value.Value, figure.Low!.Value, figure.High!.Value);
        Assert.Equal("judge-top1-mean-over-concepts", figure.Profile);
    }

    [Fact]
    public void OverConcepts_PreservedConceptsOfDifferentSize_CountEqually()
    {
        var run = Run("cat", 1, 9, 2) with { Preserved = [.. Scores("sun", PictureRole.Preserved, 30, 30), .. Scores("moon", PictureRole.Preserved, 0, 2)] };

        var figure = HarmonicFigures.OverConcepts([run]).First(figure => figure.Id == "h_c");

        Assert.Equal(HarmonicMean.Of(0.1, 0.5), figure.Value!.Value, 1e-12);
    }

    [Fact]
    public void OverConcepts_MeanProbability_UsesProbabilities()
    {
        var figure = HarmonicFigures.OverConcepts([Run("cat", 0, 10, 0)]).Single(figure => figure is { Id: "h_o", Profile: "judge-mean-prob-mean-over-concepts" });

        Assert.Equal(HarmonicMean.Of(0.2, 0.9, 0.2), figure.Value!.Value, 1e-12);
    }

    [Fact]
    public void OverConcepts_NoSynonyms_HasHcButNoHo()
    {
        var figures = HarmonicFigures.OverConcepts([Run("cat", 1, 9, 2) with { Synonyms = [] }]);

        Assert.Null(figures.First(figure => figure.Id == "h_o").Value);
        Assert.NotNull(figures.First(figure => figure.Id == "h_c").Value);
        Assert.Contains("0 of 1", figures.First(figure => figure.Id == "h_o").Denominator, StringComparison.Ordinal);
    }

    [Fact]
    public void OverConcepts_NoRuns_HasNoValue() =>
        Assert.All(HarmonicFigures.OverConcepts([]), figure => Assert.Equal((null, 0), (figure.Value, figure.N)));

    [Fact]
    public void RunsOf_ScoresOfOneModel_ShareThePreservedPictures()
    {
        var runs = ConceptRun.Of([.. Run("cat", 1, 9, 2).Erased, .. Run("dog", 2, 9, 2).Erased, .. Run("cat", 1, 9, 2).Synonyms, .. Scores("sun", PictureRole.Preserved, 4, 5)]);

        Assert.Equal(["cat", "dog"], runs.Select(run => run.Concept));
        Assert.Same(runs[0].Preserved, runs[1].Preserved);
        Assert.Equal(10, runs[0].Synonyms.Count);
        Assert.Empty(runs[1].Synonyms);
        Assert.Equal(25, HarmonicFigures.OverConcepts(runs).First(figure => figure.Id == "h_c").N);
    }

    private static ConceptRun Run(string concept, int erased, int preserved, int synonyms) => new()
    {
        Concept = concept,
        Erased = [.. Scores(concept, PictureRole.Erased, erased, 10)],
        Synonyms = [.. Scores(concept, PictureRole.Synonym, synonyms, 10)],
        Preserved = [.. Scores("sun", PictureRole.Preserved, preserved, 10)],
    };
}

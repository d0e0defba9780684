using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Lethe.Evaluation.Metrics;
using static Lethe.Evaluation.Tests.Samples;

namespace Lethe.Evaluation.Tests;

/// <summary>ESR-k and PSR-k, UA, IRA and CRA, delta.</summary>
public sealed class RateFiguresTests
{
    [Fact]
    public void Share_AnyCounts_LiesInItsInterval() => Prop.ForAll(Gen.Choose(0, 60).ToArbitrary(), Gen.Choose(1, 60).ToArbitrary(), (hits, more) =>
    {
        var figure = Proportions.Share("id", "p", "d", "pictures", "higher", Enumerable.Range(0, hits + more).Select(i => (bool?)(i < hits)));
        Assert.InRange(figure.Value!.Value, figure.Low!.Value, figure.High!.Value);
        Assert.True(figure is { Low: >= 0, High: <= 1 } && figure.N == hits + more);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void SuccessRates_Ranks_CountsErasedOutsideAndPreservedInside()
    {
        var figures = SuccessRates.Compute(
        [
            Score("a", PictureRole.Erased, 1, null, rank: 1), Score("a", PictureRole.Erased, 2, null, rank: 2),
            Score("a", PictureRole.Erased, 3, null, rank: 5), Score("a", PictureRole.Erased, 4, null, rank: 6),
            Score("b", PictureRole.Preserved, 5, null, rank: 1), Score("b", PictureRole.Preserved, 6, null, rank: 6),
            Score("b", PictureRole.Preserved, 7, null), Score("a", PictureRole.Synonym, 8, null, rank: 1),
        ]).ToDictionary(figure => figure.Id);

        Assert.Equal((0.75, 4, 0), (figures["esr_1"].Value, figures["esr_1"].N, figures["esr_1"].Skipped));
        Assert.Equal(0.25, figures["esr_5"].Value);
        Assert.Equal((0.5, 2, 1), (figures["psr_1"].Value, figures["psr_1"].N, figures["psr_1"].Skipped));
        Assert.Equal(0.5, figures["psr_5"].Value);
        Assert.All(figures.Values, figure => Assert.Equal("wilson", figure.IntervalMethod));
    }

    [Fact]
    public void SuccessRatesOverSplits_TwoSplits_IsMeanWithPopulationDeviation()
    {
        IReadOnlyList<PictureScore>[] splits = [[.. Scores("a", PictureRole.Erased, 2, 10)], [.. Scores("b", PictureRole.Erased, 6, 10)]];

        var figures = SuccessRates.OverSplits(splits).ToDictionary(figure => figure.Id);

        Assert.Equal(0.6, figures["esr_1"].Value!.Value, 1e-12);
        Assert.Equal(0.2, figures["esr_1"].StandardDeviation!.Value, 1e-12);
        Assert.Equal(20, figures["esr_1"].N);
        Assert.Null(figures["psr_1"].Value);
    }

    [Fact]
    public void UnlearnCanvas_OneObject_CountsAsThePaperDoes()
    {
        List<PictureScore> scores =
        [
            Score("dogs", PictureRole.Erased, 1, false, cross: true), Score("dogs", PictureRole.Erased, 2, true, cross: false),
            Score("dogs", PictureRole.Erased, 3, false, cross: true), Score("dogs", PictureRole.Erased, 4, false, cross: true),
            Score("cats", PictureRole.Preserved, 5, true, cross: true), Score("cats", PictureRole.Preserved, 6, true, cross: true),
            Score("sea", PictureRole.Preserved, 7, false, cross: false), Score("dogs", PictureRole.Synonym, 8, true, cross: false),
        ];

        var figures = UnlearnCanvasFigures.Compute(scores);

        Assert.Equal(["ua", "ira", "cra"], figures.Select(figure => figure.Id));
        Assert.Equal((0.75, 4), (figures[0].Value, figures[0].N));

        // Each other object counts once, however many pictures it has.
        Assert.Equal((0.5, 3), (figures[1].Value, figures[1].N));

        // The unlearned object's pictures belong to the denominator.
        Assert.Equal((5 / 7.0, 7), (figures[2].Value, figures[2].N));
        Assert.All(figures, figure => Assert.InRange(figure.Value!.Value, figure.Low!.Value, figure.High!.Value));

        var twice = UnlearnCanvasFigures.OverRuns([scores, [Score("sea", PictureRole.Erased, 1, true, cross: true)]]);
        Assert.Equal((0.75 + 0) / 2, twice[0].Value!.Value, 1e-12);
        Assert.Equal(0.5, twice[1].Value);
        Assert.Equal((5 / 7.0 + 1) / 2, twice[2].Value!.Value, 1e-12);
    }

    [Fact]
    public void UnlearnCanvas_NoScores_HasNoValues() => Assert.All(UnlearnCanvasFigures.Compute([]), figure => Assert.Null(figure.Value));

    [Fact]
    public void Sensitivity_BareAndPrompted_IsBeforeMinusAfter()
    {
        List<PictureScore> scores = [Pair("hat", "hat", 30, 24), Pair("hat", "hat", 28, 26), Pair("apple", "apple", 20, 21)];

        var byConcept = Sensitivity.ByConcept(scores);

        Assert.Equal(["hat", "apple"], byConcept.Select(figure => figure.Subject));
        Assert.Equal((4.0, 2.0, 2), (byConcept[0].Value, byConcept[0].StandardDeviation, byConcept[0].N));
        Assert.Equal(-1, byConcept[1].Value);
        Assert.Equal("logit100-bare", byConcept[0].Profile);
        Assert.Equal("logit100-prompted", Sensitivity.Of([Pair("hat", "a red hat", 1, 1)]).Profile);
        Assert.Null(Sensitivity.Of([]).Value);

        static PictureScore Pair(string concept, string prompt, double before, double after) => new()
        {
            Concept = concept,
            Role = PictureRole.Preserved,
            Prompt = prompt,
            Seed = 1,
            Before = new Sighting { ConceptClipScore = before },
            After = new Sighting { ConceptClipScore = after },
        };
    }

    [Fact]
    public void Compute_ScoresReadBackFromDisk_GivesTheSameFigures()
    {
        List<PictureScore> scores =
        [
            .. Scores("cat", PictureRole.Erased, 3, 9), .. Scores("cat", PictureRole.Synonym, 4, 9),
            .. Scores("sun", PictureRole.Preserved, 5, 9).Select(score => score with { FeatureDistance = score.Seed / 10.0, Before = score.After }),
        ];

        var stored = JsonSerializer.Deserialize<List<PictureScore>>(JsonSerializer.Serialize(scores))!;

        Assert.Equal(ErasureFigures.Compute(scores), ErasureFigures.Compute(stored));
    }

    [Fact]
    public void Compute_NoScores_HasNoValuesAndNoNaN() =>
        Assert.All(ErasureFigures.Compute([]), figure => Assert.Equal((null, 0, null), (figure.Value, figure.N, figure.Low)));
}

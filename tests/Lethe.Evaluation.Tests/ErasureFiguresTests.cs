using Lethe.Evaluation.Metrics;

namespace Lethe.Evaluation.Tests;

public sealed class ErasureFiguresTests
{
    [Fact]
    public void Compute_MixedScores_CountsPerRole()
    {
        var figures = ErasureFigures.Compute(
        [
            Score("bomb", PictureRole.Erased, 1, before: true, after: false),
            Score("bomb", PictureRole.Erased, 2, before: true, after: true),
            Score("bomb", PictureRole.Synonym, 3, before: true, after: false),
            Score("apple", PictureRole.Preserved, 4, before: true, after: true),
            Score("apple", PictureRole.Preserved, 5, before: true, after: false),
        ]).ToLookup(figure => (figure.Id, figure.Profile));

        Assert.Equal((0.5, 2), Main("acc_e"));
        Assert.Equal((1.0, 2), Main("acc_e_before"));
        Assert.Equal((0.0, 1), Main("acc_g"));
        Assert.Equal((0.5, 2), Main("acc_s"));
        Assert.Equal((0.5, 2), Main("acc_s_drop"));
        Assert.Equal(HarmonicMean.Of(0.5, 0.5, 0), Main("h_o").Value!.Value, 12);

        (double? Value, int N) Main(string id)
        {
            var figure = figures[(id, "judge-top1")].Single();
            return (figure.Value, figure.N);
        }
    }

    [Fact]
    public void Compute_WithoutJudge_HasNoValueAndCountsNothing()
    {
        var figures = ErasureFigures.Compute([Score("bomb", PictureRole.Erased, 1, null, null)]);

        var accuracy = figures.First(figure => figure.Id == "acc_e");
        Assert.Null(accuracy.Value);
        Assert.Equal(0, accuracy.N);
        Assert.Null(accuracy.Low);
    }

    [Fact]
    public void Compute_EveryMeasuredFigure_LiesInItsInterval()
    {
        var scores = Enumerable.Range(0, 40).Select(i => Score($"c{i % 5}", (PictureRole)(i % 3), i, i % 2 == 0, i % 7 == 0)).ToList();

        foreach (var figure in ErasureFigures.Compute(scores).Where(figure => figure.Value is not null))
            Assert.InRange(figure.Value!.Value, figure.Low!.Value - 1e-12, figure.High!.Value + 1e-12);
    }

    private static PictureScore Score(string concept, PictureRole role, long seed, bool? before, bool? after) => new()
    {
        Concept = concept,
        Role = role,
        Prompt = $"a picture of a {concept}",
        Seed = seed,
        Before = new Sighting { Hit = before },
        After = new Sighting { Hit = after },
        Difference = seed / 100.0,
    };
}

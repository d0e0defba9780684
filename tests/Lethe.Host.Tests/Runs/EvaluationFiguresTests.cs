using Lethe.Evaluation.Metrics;
using Lethe.Host.Runs;
using Lethe.Training.Data;

namespace Lethe.Host.Tests.Runs;

/// <summary>What <c>lethe evaluate</c> makes of pictures of two objects in two styles, one cell of which no training saw.</summary>
public sealed class EvaluationFiguresTests
{
    private static readonly IReadOnlyList<(string Object, string Style)> HeldOut = [("axe", "blue")];

    private static readonly World TwoByTwo = new()
    {
        Seed = 1,
        HeldOutShare = 0.25,
        Styles = [Style("red"), Style("blue")],
        Templates = new WorldTemplates { Styled = ["{style} {name}"], Plain = ["{name}"], StyleOnly = ["{style}"] },
        Cifar10 = ["cat"],
        AgeRating = ["axe"],
        Objects = [Item("cat"), Item("axe")],
    };

    private static readonly EvaluatedPictures Seen = Pictures(
        (new("cat", null, "a picture of a cat", 1, false), See("cat", "red", 1, null)),
        (new("cat", "red", "a red cat", 2, false), See("cat", "red", 1, true)),
        (new("axe", "blue", "a blue axe", 3, false), See("cat", "red", 2, false)),
        (new("axe", "red", "a red axe", 4, false), See(null, "red", 7, true)),
        (new("axe", "blue", "a blue axe", 5, true), See("axe", "blue", 1, true)));

    [Theory]
    [InlineData("object_accuracy", null, 0.5, 4)]
    [InlineData("object_top5", null, 0.75, 4)]
    [InlineData("style_accuracy", null, 2.0 / 3, 3)]
    [InlineData("cifar10_accuracy", null, 1, 2)]
    [InlineData("object_accuracy_held_out", null, 0.5, 2)]
    [InlineData("object_top5_held_out", null, 1, 2)]
    [InlineData("style_accuracy_held_out", null, 0.5, 2)]
    [InlineData("object_accuracy_by_style", "red", 0.5, 2)]
    [InlineData("style_accuracy_by_style", "blue", 0, 1)]
    public void Compute_FourPicturesAndAHeldOutOne_CountsEachWhereItBelongs(string id, string? style, double value, int n)
    {
        var figure = Assert.Single(EvaluationFigures.Compute(TwoByTwo, HeldOut, Seen, null), figure => figure.Id == id && figure.Subject == style);

        Assert.Equal(value, figure.Value!.Value, 1e-9);
        Assert.Equal(n, figure.N);
    }

    [Fact]
    public void Compute_FeaturesOfRealPictures_GivesDistancesWithoutTheExtraCells()
    {
        float[] rows = [0, 0, 1, 0, 0, 1, 1, 1, 9, 9];
        var seen = Seen with { Features = new FeatureSet("net", 2, rows) };
        var real = new Dictionary<string, FeatureSet> { ["red"] = new("net", 2, rows[..4]), ["blue"] = new("net", 2, rows[4..8]) };

        var figures = EvaluationFigures.Compute(TwoByTwo, HeldOut, seen, real);

        var kid = Assert.Single(figures, figure => figure.Id == "kid");
        Assert.Equal(4, kid.N);
        Assert.Equal(4, kid.ReferenceN);
        Assert.Equal("features-net-to-real", kid.Profile);
        Assert.Equal(0, Assert.Single(figures, figure => figure.Id == "fid").Value!.Value, 1e-6);
    }

    [Fact]
    public void Confusion_FourPictures_CountsWhatWasSeenInPlaceOfWhatWasAsked()
    {
        Assert.Equal(1, Seen.StyleConfusion()["blue"]["red"]);
        Assert.Equal(2, Seen.StyleConfusion()["red"]["red"]);
        Assert.Equal(["axe"], Seen.ObjectMistakes().Keys);
        Assert.Equal(1, Seen.ObjectMistakes()["axe"]["none"]);
        Assert.Equal(1, Seen.ObjectMistakes()["axe"]["cat"]);
    }

    private static EvaluatedPictures Pictures(params (AskedCell Asked, Sighting Seen)[] pictures) => new(
        [.. pictures.Select(picture => picture.Asked)],
        [.. pictures.Select(picture => new PictureScore
        {
            Concept = picture.Asked.Object, Role = PictureRole.Preserved, Prompt = picture.Asked.Prompt, Seed = picture.Asked.Seed,
            After = picture.Seen with { Hit = picture.Seen.Label == picture.Asked.Object },
        })],
        null);

    private static Sighting See(string? label, string style, int rank, bool? styleHit) => new() { Label = label, Style = style, Rank = rank, StyleHit = styleHit };

    private static WorldStyle Style(string name) => new() { Name = name, Package = "@icons/a", Version = "1.0.0", Integrity = "", Licence = "MIT" };

    private static WorldObject Item(string name) => new() { Name = name, Icon = name, Codepoint = "1", Group = "g", Hypernym = "h" };
}

using Lethe.Evaluation.Judges;
using Lethe.Evaluation.Metrics;
using Lethe.Sdk.Evaluation;

namespace Lethe.Evaluation.Tests;

public sealed class PictureScorerTests
{
    [Fact]
    public void See_ObjectPicture_HoldsRankProbabilityAndStyle()
    {
        using var images = torch.zeros([1, 3, 8, 8]);

        var seen = new PictureScorer(new FixedJudge(), Clip).See(images, [new AskedPicture { Prompt = "a blob picture of a teddy bear", Phrases = ["teddy bear"] }])[0];

        Assert.Equal(("bear", false, 2), (seen.Label, seen.Hit, seen.Rank));
        Assert.Equal(0.3, seen.Probability!.Value, 1e-6);
        Assert.Equal(0.6, seen.Confidence!.Value, 1e-6);
        Assert.Equal(("noto", false), (seen.Style, seen.StyleHit));
        Assert.Equal((100.0 * 30, 100.0 * 10), (seen.ClipScore, seen.ConceptClipScore));
    }

    [Fact]
    public void See_StylePicture_HoldsTheObjectToo()
    {
        using var images = torch.zeros([1, 3, 8, 8]);

        var seen = new PictureScorer(new FixedJudge(), null).See(images, [new AskedPicture { Prompt = "a teddy bear in noto style", Phrases = ["noto"], IsStyle = true }])[0];

        Assert.Equal(("noto", true, 1), (seen.Label, seen.Hit, seen.Rank));
        Assert.Equal(("bear", false), (seen.Object, seen.ObjectHit));
        Assert.Null(seen.StyleHit);
        Assert.Null(seen.ClipScore);
    }

    [Fact]
    public void See_UnknownConcept_HasNoRank()
    {
        using var images = torch.zeros([1, 3, 8, 8]);

        var seen = new PictureScorer(new FixedJudge(), null).See(images, [new AskedPicture { Prompt = "a yacht", Phrases = ["yacht"] }])[0];

        Assert.Equal((null, null, null), (seen.Hit, seen.Rank, seen.Probability));
        Assert.Null(new PictureScorer(null, null).Features(images));
    }

    private static double[] Clip(Tensor images, IReadOnlyList<string> prompts) => [.. prompts.Select(prompt => (double)prompt.Length)];

    private sealed class FixedJudge : IProbabilityJudge
    {
        public string Id => "fixed";

        public IReadOnlyList<string> Objects => ["bear", "teddy bear", "sun"];

        public IReadOnlyList<string> Styles => ["noto", "blob"];

        public IReadOnlyList<Judgement> Judge(Tensor images) =>
            [new() { Object = "bear", ObjectConfidence = 0.6, Style = "noto", StyleConfidence = 0.8 }];

        public (Tensor Objects, Tensor Styles) Probabilities(Tensor images) =>
            (torch.tensor(new float[] { 0.6f, 0.3f, 0.1f }, [1, 3]), torch.tensor(new float[] { 0.8f, 0.2f }, [1, 2]));
    }
}

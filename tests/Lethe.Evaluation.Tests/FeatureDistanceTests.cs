using Lethe.Evaluation.Judges;
using Lethe.Evaluation.Metrics;

namespace Lethe.Evaluation.Tests;

public sealed class FeatureDistanceTests
{
    // One level of two positions: channels (3, 4) against (4, 3), then (1, 0) against (0, 2). Unit vectors differ by 0.08 and 2.
    [Fact]
    public void Between_TwoPositionsByHand_IsMeanOfUnitDifferences()
    {
        using var scope = torch.NewDisposeScope();
        var a = torch.tensor(new float[] { 3, 1, 4, 0 }, [1, 2, 1, 2]);
        var b = torch.tensor(new float[] { 4, 0, 3, 2 }, [1, 2, 1, 2]);

        Assert.Equal((0.08 + 2) / 2, FeatureDistance.Between([a], [b])[0], 1e-9);
        Assert.Equal((0.08 + 2) / 4, FeatureDistance.Between([a, a], [b, a])[0], 1e-9);
    }

    [Fact]
    public void Between_SilentChannels_IsNoNaN()
    {
        using var scope = torch.NewDisposeScope();
        var (silent, loud) = (torch.zeros([1, 3, 2, 2]), torch.ones([1, 3, 2, 2]));

        Assert.Equal(0, FeatureDistance.Between([silent], [silent])[0]);
        Assert.Equal(1, FeatureDistance.Between([silent], [loud])[0], 1e-9);
    }

    [Fact]
    public void Between_DifferentShapes_Refuses()
    {
        using var scope = torch.NewDisposeScope();

        Assert.Throws<ArgumentException>(() => FeatureDistance.Between([torch.zeros([1, 3, 2, 2])], [torch.zeros([1, 3, 4, 2])]));
        Assert.Throws<ArgumentException>(() => FeatureDistance.Between([], []));
    }

    [Fact]
    public void Distances_OfShippedJudge_GrowWithTheChange()
    {
        using var judge = EmojiJudge.Open(Golden.InRepository("host", "models", "emoji", "judge"));
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(3);
        var picture = torch.randn([70, 3, 64, 64], generator: generator).mul(0.3);
        var noise = torch.randn([70, 3, 64, 64], generator: generator);

        var same = judge.Distances(picture, picture);
        var (little, much) = (judge.Distances(picture, picture.add(noise.mul(0.02))), judge.Distances(picture, picture.add(noise)));

        Assert.Equal(70, same.Count);
        Assert.All(same, distance => Assert.Equal(0, distance));
        Assert.True(0 < little.Average() && little.Average() < much.Average() && much.Max() <= 4);
        Assert.Equal(little[69], judge.Distances(picture.narrow(0, 69, 1), picture.add(noise.mul(0.02)).narrow(0, 69, 1))[0], 1e-6);
    }

    [Fact]
    public void Features_OfShippedJudge_DoNotDependOnTheBatch()
    {
        using var judge = EmojiJudge.Open(Golden.InRepository("host", "models", "emoji", "judge"));
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(4);
        var pictures = torch.randn([66, 3, 64, 64], generator: generator).clamp(-1, 1);

        var (all, last) = (FeatureSet.From("n", judge.Features(pictures)), FeatureSet.From("n", judge.Features(pictures.narrow(0, 65, 1))));

        Assert.Equal(66, all.Count);
        for (var i = 0; i < all.Dimensions; i++)
            Assert.Equal(all.Row(65)[i], last.Row(0)[i], 1e-4f);
        Assert.StartsWith("emoji-judge-", judge.NetworkId, StringComparison.Ordinal);
    }
}

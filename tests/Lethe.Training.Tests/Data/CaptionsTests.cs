using Lethe.Training.Data;

namespace Lethe.Training.Tests.Data;

public sealed class CaptionsTests
{
    private static readonly World World = World.Load(ShippedWorld.Path);

    [Fact]
    public void Sample_SameSeed_SameCaptions()
    {
        var first = Draw(forTextEncoder: true, 500);
        var second = Draw(forTextEncoder: true, 500);

        Assert.Equal(first, second);
    }

    [Fact]
    public void Sample_ForDenoiser_NeverUsesHeldOutSynonym()
    {
        var heldOut = World.Objects.SelectMany(o => o.HeldOutSynonyms).ToHashSet();

        var words = Draw(forTextEncoder: false, 20_000).Select(c => c.Word);

        Assert.DoesNotContain(words, w => w is not null && heldOut.Contains(w));
    }

    [Fact]
    public void Sample_ForTextEncoder_UsesHeldOutSynonyms()
    {
        var heldOut = World.Objects.SelectMany(o => o.HeldOutSynonyms).ToHashSet();

        var words = Draw(forTextEncoder: true, 5_000).Select(c => c.Word);

        Assert.Contains(words, w => w is not null && heldOut.Contains(w));
    }

    [Theory]
    [InlineData(true, Captions.PlainShare)]
    [InlineData(false, Captions.DenoiserPlainShare)]
    public void Sample_ManyDraws_KeepsTheShares(bool forTextEncoder, double plain)
    {
        var captions = Draw(forTextEncoder, 20_000);

        // Four standard errors of a share of 0.3 over 20,000 draws are 0.013.
        Assert.Equal(plain, captions.Count(c => c.Style is null) / 20_000.0, 0.013);
        Assert.Equal(Captions.StyleOnlyShare, captions.Count(c => c.Word is null) / 20_000.0, 0.013);
    }

    [Theory]
    [InlineData("owl", "a picture of an owl")]
    [InlineData("bus", "a picture of a bus")]
    [InlineData("scissors", "a picture of scissors")]
    [InlineData("ufo", "a picture of a ufo")]
    [InlineData("wine glass", "a picture of a wine glass")]
    public void Plain_Name_HasItsArticle(string name, string expected) => Assert.Equal(expected, Captions.Plain(name));

    [Fact]
    public void Styled_NameAndStyle_NamesBoth() =>
        Assert.Equal("a picture of a cat in the style of openmoji", Captions.Styled("cat", "openmoji"));

    private static List<Caption> Draw(bool forTextEncoder, int count)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, count).Select(i =>
            Captions.Sample(World, i % World.Objects.Count, i % World.Styles.Count, random, forTextEncoder))];
    }
}

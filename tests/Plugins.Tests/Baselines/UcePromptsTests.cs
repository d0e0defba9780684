using Lethe.Plugins.Baselines;
using Lethe.Sdk.Anchors;

namespace Plugins.Tests.Baselines;

public sealed class UcePromptsTests
{
    private static readonly Concept Mug = new() { Name = "beer mug.", Synonyms = ["stein"], Surrogate = "teacup", Neighbours = ["jar", "Stein"] };
    private static readonly Concept Gogh = new() { Name = "van gogh", Kind = ConceptKind.Style };

    [Fact]
    public void Erased_Synonyms_BecomePairsOfTheirOwn()
    {
        var pairs = UcePrompts.Erased([Mug], new UceOptions());

        Assert.Equal([new UcePair("beer mug", "beer mug", "teacup", "teacup"), new UcePair("stein", "stein", "teacup", "teacup")], pairs);
    }

    [Fact]
    public void Erased_StyleWithoutSurrogate_BecomesArt() =>
        Assert.Equal("art", Assert.Single(UcePrompts.Erased([Gogh], new UceOptions())).Guide);

    [Fact]
    public void Erased_Expanded_AddsTheFivePromptsOfTheAuthors()
    {
        var pairs = UcePrompts.Erased([Gogh], new UceOptions { ExpandPrompts = true });

        Assert.Equal(["van gogh", "painting by van gogh", "art by van gogh", "artwork by van gogh", "picture by van gogh", "style of van gogh"],
            pairs.Select(pair => pair.Prompt));
        Assert.All(pairs, pair => Assert.Equal("art", pair.Guide));
    }

    [Fact]
    public void Erased_TemplateWithTail_StartsAtThePhrase()
    {
        var pair = UcePrompts.Erased([Mug], new UceOptions { Templates = ["a {} on a table"] })[0];

        Assert.Equal(new UcePair("a beer mug on a table", "a beer mug", "a teacup on a table", "a teacup"), pair);
    }

    [Theory]
    [InlineData(UceRelease.First, "|door|jar")]
    [InlineData(UceRelease.Rewrite, "door|jar")]
    public void Kept_Release_DecidesAboutTheEmptyPrompt(int release, string expected) =>
        Assert.Equal(expected, string.Join('|', UcePrompts.Kept([Mug], new PreserveSet { Prompts = ["door", "DOOR", "stein"] }, new UceOptions { Release = release })));

    [Theory]
    [InlineData(2, 1, 75)]
    [InlineData(0, 3, 74)]
    [InlineData(0, 0, 77)]
    public void Aligned_Starts_CutBothSidesToTheShorter(int subject, int guide, int expected) =>
        Assert.Equal(expected, UceRows.Aligned(subject, guide, 77).Count);

    [Fact]
    public void Validate_TensorTechniqueOfTheRewrite_IsRefused() =>
        Assert.Contains("release", Assert.Single(new UceOptions { Release = 2025, Technique = UceTechnique.Tensor }.Validate()).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("no place")]
    [InlineData("{} and {}")]
    public void Validate_TemplateWithoutOnePlace_IsRefused(string template) =>
        Assert.Contains(template, Assert.Single(new UceOptions { Templates = [template] }.Validate()).Message, StringComparison.Ordinal);
}

using Lethe.Plugins.Cpe;
using Lethe.Sdk.Anchors;

namespace Plugins.Tests.Cpe;

public sealed class ConceptTextsTests
{
    private static readonly Concept Die = new() { Name = "die", Synonyms = ["dice"], Neighbours = ["gem"] };

    [Fact]
    public void PairsOf_PhrasesAndTemplates_KeepTheSentence()
    {
        var settings = Settings(new CpeOptions { Templates = ["a picture of {a}"] });

        Assert.Equal(
            [("a picture of a die", "a picture of a gift"), ("die", "gift"), ("a picture of a dice", "a picture of a gift"), ("dice", "gift")],
            ConceptTexts.PairsOf(Die, "gift", settings));
    }

    [Fact]
    public void SurrogateOf_PolicyThenPresetThenPool_NeverWhatIsErasedToo()
    {
        var builtIn = Settings(new CpeOptions());
        var coin = new Concept { Name = "coin" };

        Assert.Equal("gift", ConceptTexts.SurrogateOf(new Concept { Name = "die", Surrogate = "gift" }, builtIn, ["gem"], [Die]));
        Assert.Equal("a person", ConceptTexts.SurrogateOf(Die, Settings(new CpeOptions { Preset = CpePreset.Celebrity }), ["gem"], [Die]));
        Assert.Equal("gem", ConceptTexts.SurrogateOf(Die, builtIn, ["coin", "gem"], [Die, coin]));
        var problem = Assert.Throws<InvalidOperationException>(() => ConceptTexts.SurrogateOf(Die, builtIn, ["coin"], [Die, coin]));
        Assert.Contains("`die`", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Candidates_NamesThatHoldTheConceptAsAWord_AreNoAnchors()
    {
        var settings = Settings(new CpeOptions()) with { Pool = ["soldier", "Die", "a red die", "gem", "GEM"] };

        Assert.Equal(["soldier", "gem"], ConceptTexts.Candidates(Die, settings));
    }

    [Fact]
    public void Words_NeighboursAndPreserved_AreAlwaysAnchors()
    {
        var words = ConceptTexts.Words(Die, Settings(new CpeOptions()), ["star"], new PreserveSet { Prompts = ["star", "dice", "sun"] });

        Assert.Equal(["star", "gem", "sun"], words);
    }

    [Fact]
    public void Expand_FewSentences_KeepsEveryWordAndDrawsByTheWord()
    {
        var settings = Settings(new CpeOptions());

        var alone = ConceptTexts.Expand(["star"], settings, 2);
        var both = ConceptTexts.Expand(["gem", "star"], settings, 2);

        Assert.Equal(3, alone.Count);
        Assert.Equal("star", alone[0]);
        Assert.Equal(6, both.Count);
        Assert.Equal(alone, both.Skip(3));
    }

    [Theory]
    [InlineData(CpePreset.Auto, ConceptKind.Object, 256, 900)]
    [InlineData(CpePreset.Auto, ConceptKind.Object, 768, 1800)]
    [InlineData(CpePreset.Explicit, ConceptKind.Style, 768, 2400)]
    public void Of_Preset_DependsOnModelAndKindWhenAutomatic(CpePreset preset, ConceptKind kind, long width, int expected) =>
        Assert.Equal(expected, CpeSettings.Of(new CpeOptions { Preset = preset }, kind, width).FirstIterations);

    [Theory]
    [InlineData(CpePreset.Celebrity, 100, 100)]
    [InlineData(CpePreset.Artist, 35, 100)]
    [InlineData(CpePreset.Explicit, 31, 240)]
    public void Of_PublishedPreset_HasAsManyTextsAsThePaper(CpePreset preset, int templates, int words)
    {
        var settings = CpeSettings.Of(new CpeOptions { Preset = preset }, ConceptKind.Object, 768);

        Assert.Equal(templates, settings.Templates.Count);
        Assert.Equal(words, settings.Words.Count);
        Assert.All(settings.Templates, template => Assert.True(TextTemplate.IsValid(template)));
    }

    private static CpeSettings Settings(CpeOptions options) => CpeSettings.Of(options, ConceptKind.Object, 256);
}

using Lethe.Host.Policies;

namespace Lethe.Host.Tests.Policies;

public sealed class SmallRulesTests
{
    [Theory]
    [InlineData("PicturesPerPrompt", "pictures-per-prompt")]
    [InlineData("AccEMax", "acc-e-max")]
    [InlineData("HOMin", "h-o-min")]
    [InlineData("Float16", "float16")]
    public void KeyName_OfName_HasADashBeforeEachInnerCapital(string name, string key) => Assert.Equal(key, KeyName.Of(name));

    [Theory]
    [InlineData("surogate", "surrogate")]
    [InlineData("Preserve", "preserve")]
    [InlineData("rpeserve", "preserve")]
    [InlineData("zebra", null)]
    public void Nearest_Word_IsFoundOnlyWhenNear(string written, string? expected) =>
        Assert.Equal(expected, KeySuggestion.Nearest(written, ["surrogate", "preserve", "synonyms"]));

    [Theory]
    [InlineData("a picture of {a}", "axe", "a picture of an axe")]
    [InlineData("a picture of {a}", "bomb", "a picture of a bomb")]
    [InlineData("a picture of {a}", "unicorn", "a picture of a unicorn")]
    [InlineData("a {} emoji", "blob", "a blob emoji")]
    public void Fill_Template_TakesTheConcept(string template, string concept, string expected) =>
        Assert.Equal(expected, PromptTemplate.Fill(template, concept));

    [Theory]
    [InlineData("a picture", false)]
    [InlineData("a {name}", false)]
    [InlineData("{", false)]
    [InlineData("{} and {a}", true)]
    public void IsValid_Template_NeedsAKnownPlace(string template, bool valid) => Assert.Equal(valid, PromptTemplate.IsValid(template));
}

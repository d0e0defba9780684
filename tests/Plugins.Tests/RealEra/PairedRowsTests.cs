using Lethe.Plugins.RealEra;

namespace Plugins.Tests.RealEra;

public sealed class PairedRowsTests
{
    private readonly WordEncoder _encoder = new(rows: 10);

    [Fact]
    public void Of_EqualLengths_PairsEachRowWithItsOwn()
    {
        var rows = Rows("a photo of the {}", "cat", "dog");

        Assert.Equal([5, 6, 7, 8, 9], rows.Rows);
        Assert.Equal(rows.Rows, rows.AnchorRows);
    }

    [Fact]
    public void Of_LongConcept_AlignsLastTokensAndKeepsTheAnchorsFirst()
    {
        var rows = Rows("a photo of the {}", "old red car", "sky");

        Assert.Equal((5, 7), (rows.First, rows.Last));
        Assert.Equal([5, 6, 7, 8, 9], rows.Rows);
        Assert.Equal([5, 5, 5, 6, 7], rows.AnchorRows);
    }

    [Fact]
    public void Of_LongAnchor_CutsTheEnd()
    {
        var rows = Rows("the {}", "nudity", "person wearing clothes");

        Assert.Equal([2, 3, 4, 5, 6, 7], rows.Rows);
        Assert.Equal([4, 5, 6, 7, 8, 9], rows.AnchorRows);
    }

    [Fact]
    public void Of_ConceptBeyondTheEnd_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Rows("one two three four five six seven eight nine {}", "cat", "dog"));

    [Theory]
    [InlineData("a picture of {a}", "elephant", "a picture of an elephant", "a picture of an ")]
    [InlineData("a {} emoji of a clock", "blob", "a blob emoji of a clock", "a ")]
    [InlineData("{a}", "a man", "a man", "")]
    public void Sentence_Template_TakesThePhrase(string template, string phrase, string text, string before)
    {
        var sentence = Sentence.Of(template, phrase);

        Assert.Equal((text, before, before + phrase), (sentence.Text, sentence.Before, sentence.Through));
    }

    [Theory]
    [InlineData("a picture", false)]
    [InlineData("{} and {a}", false)]
    [InlineData("{}", true)]
    public void IsValid_Template_HoldsOnePlace(string template, bool valid) => Assert.Equal(valid, Sentence.IsValid(template));

    private PairedRows Rows(string template, string concept, string anchor) =>
        PairedRows.Of(_encoder, Sentence.Of(template, concept), Sentence.Of(template, anchor));
}

using Lethe.Training.Data;

namespace Lethe.Training.Tests.Data;

public sealed class InkColourTests
{
    [Fact]
    public void Tint_WhiteStays_BlackBecomesTheInk_ColoursLieBetween()
    {
        byte[] picture = [255, 255, 255, 0, 0, 0, 255, 255, 0];

        InkColour.Parse("#702f00").Tint(picture);

        Assert.Equal([255, 255, 255, 0x70, 0x2f, 0, 207, 186, 170], picture);
    }

    [Theory]
    [InlineData("#702f0")]
    [InlineData("#702f000")]
    [InlineData("702f000")]
    [InlineData("#70 f00")]
    [InlineData("#+02f00")]
    [InlineData("")]
    public void TryParse_NoColour_SaysSo(string text)
    {
        Assert.False(InkColour.TryParse(text, out var ink));
        Assert.Null(ink);
        Assert.Throws<FormatException>(() => InkColour.Parse(text));
    }
}

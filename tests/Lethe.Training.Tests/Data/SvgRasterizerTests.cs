using System.Globalization;
using Lethe.Training.Data;

namespace Lethe.Training.Tests.Data;

public sealed class SvgRasterizerTests
{
    private const int Size = 64;

    [Fact]
    public void Draw_WideDocument_KeepsProportionsAndCentresOnWhite()
    {
        var pixels = SvgRasterizer.Draw(Svg("0 0 20 10", """<rect width="20" height="10" fill="#0b3fa8"/>"""), Size);

        Assert.Equal([0x0b, 0x3f, 0xa8], At(pixels, 0, 32));
        Assert.Equal([0x0b, 0x3f, 0xa8], At(pixels, 63, 47));
        Assert.Equal([255, 255, 255], At(pixels, 32, 15));
        Assert.Equal([255, 255, 255], At(pixels, 32, 48));
    }

    [Fact]
    public void Draw_ViewBoxThatStartsElsewhere_ShowsWhatIsInIt()
    {
        var pixels = SvgRasterizer.Draw(Svg("100 50 8 8", """
            <rect x="100" y="50" width="4" height="8" fill="red"/><rect x="90" y="50" width="9" height="8"/>
            """), Size);

        Assert.Equal([255, 0, 0], At(pixels, 0, 0));
        Assert.Equal([255, 0, 0], At(pixels, 31, 63));
        Assert.Equal([255, 255, 255], At(pixels, 32, 0));
    }

    [Fact]
    public void Draw_ThinLine_IsAveragedByTheShareItCovers()
    {
        // A quarter of a pixel wide.
        var pixels = SvgRasterizer.Draw(Svg("0 0 64 64", """<rect x="10" width="0.25" height="64"/>"""), Size);

        Assert.InRange(At(pixels, 10, 30)[0], 188, 194);
    }

    [Fact]
    public void Draw_ColourMatrixWithOffsets_GivesThatColour()
    {
        var pixels = SvgRasterizer.Draw(Svg("0 0 64 64", """
            <filter id="f" color-interpolation-filters="sRGB"><feColorMatrix values="0 0 0 0 0.2 0 0 0 0 0.4 0 0 0 0 0.8 0 0 0 1 0"/></filter>
            <rect width="64" height="64" filter="url(#f)"/>
            """), Size);

        Assert.Equal([51, 102, 204], At(pixels, 32, 32));
    }

    [Fact]
    public void Draw_OutlineCutByAnotherUse_IsDrawn()
    {
        var pixels = SvgRasterizer.Draw(Svg("0 0 64 64", """
            <defs><rect id="a" width="32" height="64"/><use id="b" href="#a"/></defs>
            <clipPath id="c"><use href="#b"/></clipPath><rect width="64" height="64" clip-path="url(#c)"/>
            """), Size);

        Assert.Equal([0, 0, 0], At(pixels, 16, 32));
        Assert.Equal([255, 255, 255], At(pixels, 48, 32));
    }

    [Fact]
    public void Draw_SameDocument_GivesSameBytes()
    {
        var svg = Svg("0 0 64 64", """
            <radialGradient id="g"><stop stop-color="#fc0"/><stop offset="1" stop-color="#06c"/></radialGradient>
            <filter id="f"><feGaussianBlur stdDeviation="3"/></filter><circle cx="32" cy="32" r="20" fill="url(#g)" filter="url(#f)"/>
            """);
        var first = SvgRasterizer.Draw(svg, Size);

        Assert.All(Enumerable.Range(0, 4).AsParallel().Select(_ => SvgRasterizer.Draw(svg, Size)), other => Assert.Equal(first, other));
    }

    [Theory]
    [InlineData("file:///etc/hostname")]
    [InlineData("other.svg#part")]
    [InlineData("https://example.org/a.png")]
    public void Draw_LinkToAnotherFile_IsRefused(string link)
    {
        var svg = Svg("0 0 64 64", $"""<image width="64" height="64" href="{link}"/>""");

        var error = Assert.Throws<InvalidDataException>(() => SvgRasterizer.Draw(svg, Size));

        Assert.Contains($"`{link}`", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a picture")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"><rect></svg>")]
    [InlineData("<html/>")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"><filter><feColorMatrix values=\"a 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 b\"/></filter></svg>")]
    public void Draw_NoDrawing_IsRefused(string svg) => Assert.Throws<InvalidDataException>(() => SvgRasterizer.Draw(svg, Size));

    private static string Svg(string viewBox, string body) =>
        string.Create(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="{viewBox}">{body}</svg>""");

    private static byte[] At(byte[] pixels, int x, int y) => pixels[(3 * ((y * Size) + x))..][..3];
}

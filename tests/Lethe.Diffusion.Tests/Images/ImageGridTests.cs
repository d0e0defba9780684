using Lethe.Diffusion.Images;

namespace Lethe.Diffusion.Tests.Images;

public sealed class ImageGridTests
{
    [Fact]
    public void Compose_ThreePicturesInTwoColumns_PlacesEachInItsCell()
    {
        RgbImage[] pictures = [Flat(2, 2, 10), Flat(2, 2, 20), Flat(2, 2, 30)];

        var sheet = ImageGrid.Compose(pictures, columns: 2, gap: 1);

        Assert.Equal((7, 7), (sheet.Width, sheet.Height));
        Assert.Equal([255, 10, 10, 255, 20, 20, 255], Row(sheet, 1));
        Assert.Equal([255, 30, 30, 255, 255, 255, 255], Row(sheet, 4));
        Assert.All(Row(sheet, 0), value => Assert.Equal(255, value));
    }

    [Fact]
    public void Compose_SmallerPicture_StandsInTheMiddle()
    {
        var sheet = ImageGrid.Compose([Flat(3, 3, 10), Flat(1, 1, 20)], columns: 5, gap: 0);

        Assert.Equal([10, 10, 10, 255, 20, 255], Row(sheet, 1));
    }

    private static RgbImage Flat(int width, int height, byte value)
    {
        var pixels = new byte[3 * width * height];
        Array.Fill(pixels, value);
        return new RgbImage(width, height, pixels);
    }

    private static byte[] Row(RgbImage image, int y) =>
        [.. Enumerable.Range(0, image.Width).Select(x => image.Pixels[3 * (y * image.Width + x)])];
}

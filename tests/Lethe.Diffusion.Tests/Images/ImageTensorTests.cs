using FsCheck;
using FsCheck.Fluent;
using Lethe.Diffusion.Images;

namespace Lethe.Diffusion.Tests.Images;

public sealed class ImageTensorTests
{
    [Fact]
    public void ToImages_OfFromImages_ReturnsThePixels() =>
        Prop.ForAll(Gen.Choose(1, 12).Two().ToArbitrary(), size =>
        {
            using var scope = torch.NewDisposeScope();
            RgbImage[] pictures = [ImageFileTests.Noise(size.Item1, size.Item2), ImageFileTests.Noise(size.Item1, size.Item2)];
            var back = ImageTensor.ToImages(ImageTensor.FromImages(pictures));
            return back.Length == 2 && back.All(picture =>
                picture.Width == size.Item1 && picture.Height == size.Item2 && picture.Pixels.SequenceEqual(pictures[0].Pixels));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void FromImages_KnownPixel_IsPlanarAndInRange()
    {
        using var scope = torch.NewDisposeScope();

        var tensor = ImageTensor.FromImages([new RgbImage(2, 1, [0, 51, 255, 255, 51, 0])]);

        Assert.Equal([1, 3, 1, 2], tensor.shape);
        Assert.Equal([-1f, 1f, -0.6f, -0.6f, 1f, -1f], tensor.data<float>().ToArray());
    }

    [Fact]
    public void ToImages_ValuesOutOfRange_AreClampedAndNanIsBlack()
    {
        using var scope = torch.NewDisposeScope();
        var tensor = torch.tensor(new[] { -3f, 3f, float.NaN }, [1, 3, 1, 1]);

        var picture = ImageTensor.ToImages(tensor)[0];

        Assert.Equal([0, 255, 0], picture.Pixels);
    }

    [Fact]
    public void FromImages_DifferentSizes_AreRefused() =>
        Assert.Throws<ArgumentException>(() => ImageTensor.FromImages([ImageFileTests.Noise(2, 2), ImageFileTests.Noise(2, 3)]));
}

using Xunit;

namespace Lethe.Torch.Tests;

/// <summary>The convolution that keeps less for its gradient, against the plain one on the widened weight: to the bit.</summary>
public sealed class FrozenConvolutionTests
{
    [Theory]
    [InlineData(ScalarType.Float32, 3, 1, false)]
    [InlineData(ScalarType.Float16, 3, 1, false)]
    [InlineData(ScalarType.BFloat16, 3, 2, true)]
    [InlineData(ScalarType.Float16, 1, 1, true)]
    public void Backward_EqualsThatOfThePlainConvolution(ScalarType type, long kernel, long stride, bool channelsLast)
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(5);
        var picture = torch.randn(channelsLast ? [2, 9, 7, 16] : [2, 16, 9, 7], generator: generator);
        var (plain, frozen) = (Leaf(), Leaf());
        var weight = torch.randn([24, 16, kernel, kernel], generator: generator).to(type);
        var bias = torch.randn([24], generator: generator);
        long[] strides = [stride, stride], padding = [kernel / 2, kernel / 2];

        var expected = torch.nn.functional.conv2d(Laid(plain), weight.to(ScalarType.Float32), bias, strides, padding);
        var actual = torch.nn.functional.frozen_conv2d(Laid(frozen), weight, bias, strides, padding);
        expected.square().sum().backward();
        actual.square().sum().backward();

        Assert.Equal(expected.contiguous().data<float>().ToArray(), actual.contiguous().data<float>().ToArray());
        Assert.Equal(plain.grad!.contiguous().data<float>().ToArray(), frozen.grad!.contiguous().data<float>().ToArray());

        Tensor Leaf() => new Modules.Parameter(picture.clone());

        Tensor Laid(Tensor leaf) => channelsLast ? leaf.permute(0, 3, 1, 2) : leaf;
    }

    [Fact]
    public void Backward_WeightThatTrains_GetsItsGradient()
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(5);
        var x = torch.randn([1, 2, 4, 4], generator: generator);
        var weight = new Modules.Parameter(torch.randn([3, 2, 1, 1], generator: generator));

        torch.nn.functional.frozen_conv2d(x, weight).sum().backward();

        Assert.Equal([3, 2, 1, 1], weight.grad!.shape);
        Assert.True(weight.grad.abs().sum().item<float>() > 0);
    }
}

using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Tests.Networks;

/// <summary>Layers that keep less for their gradient, against the plain ones on the widened weight: to the bit.</summary>
public sealed class FrozenTests
{
    [Theory]
    [InlineData(ScalarType.Float32, 3, 1, false)]
    [InlineData(ScalarType.Float16, 3, 1, false)]
    [InlineData(ScalarType.BFloat16, 3, 2, true)]
    [InlineData(ScalarType.Float16, 1, 1, true)]
    [InlineData(ScalarType.Float32, 3, 2, false)]
    public void Convolve_Gradient_EqualsThatOfThePlainConvolution(ScalarType type, long kernel, long stride, bool channelsLast)
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(5);
        var picture = torch.randn(channelsLast ? [2, 9, 7, 16] : [2, 16, 9, 7], generator: generator);
        var (plain, frozen) = (Leaf(picture), Leaf(picture));
        var weight = torch.randn([24, 16, kernel, kernel], generator: generator).to(type);
        var bias = torch.randn([24], generator: generator);
        long[] strides = [stride, stride], padding = [kernel / 2, kernel / 2];

        var expected = torch.nn.functional.conv2d(Laid(plain), weight.to(ScalarType.Float32), bias, strides, padding);
        var actual = Frozen.Convolve(Laid(frozen), weight, bias, strides, padding);
        expected.square().sum().backward();
        actual.square().sum().backward();

        Assert.Equal(Numbers(expected), Numbers(actual));
        Assert.Equal(Numbers(plain.grad!), Numbers(frozen.grad!));

        Tensor Laid(Tensor leaf) => channelsLast ? leaf.permute(0, 3, 1, 2) : leaf;
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    public void Linear_Gradient_EqualsThatOfThePlainMap(ScalarType type)
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(5);
        var tokens = torch.randn([2, 5, 16], generator: generator);
        var (plain, frozen) = (Leaf(tokens), Leaf(tokens));
        var weight = torch.randn([24, 16], generator: generator).to(type);

        torch.nn.functional.linear(plain, weight.to(ScalarType.Float32)).square().sum().backward();
        Frozen.Linear(frozen, weight, null).square().sum().backward();

        Assert.Equal(Numbers(plain.grad!), Numbers(frozen.grad!));
    }

    [Fact]
    public void Convolve_WeightThatTrains_GetsItsGradient()
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(5);
        var x = torch.randn([1, 2, 4, 4], generator: generator);
        var weight = Leaf(torch.randn([3, 2, 1, 1], generator: generator));

        Frozen.Convolve(x, weight).sum().backward();

        Assert.Equal([3, 2, 1, 1], weight.grad!.shape);
        Assert.True(weight.grad.abs().sum().item<float>() > 0);
    }

    [Fact]
    public void Convolve_ManyPasses_LeaveNoTensorBehind()
    {
        using var scope = torch.NewDisposeScope();
        var (x, weight) = (Leaf(torch.ones([1, 4, 8, 8])), torch.ones([4, 4, 3, 3]));
        Pass();
        var before = LiveTensors.Count();

        for (var i = 0; i < 50; i++)
            Pass();

        Assert.Equal(before, LiveTensors.Count());

        void Pass()
        {
            using var inner = torch.NewDisposeScope();
            var once = Frozen.Convolve(x, weight, padding: [1, 1]);
            Frozen.Convolve(once, weight, padding: [1, 1]).sum().backward();
            x.grad = null;
        }
    }

    private static Tensor Leaf(Tensor data) => data.detach().clone().requires_grad_();

    private static float[] Numbers(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
}

using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Tests.Networks;

/// <summary>The cheaper ways to convolve and normalise against the plain one, which gradients take.</summary>
public sealed class ConvolutionTests
{
    [Theory]
    [InlineData(1, 256)]
    [InlineData(256, 1)]
    [InlineData(17, 31)]
    [InlineData(32, 32)]
    [InlineData(2, 3)]
    public void Upsampler_InPhases_EqualsRepeatingAndConvolving(int h, int w)
    {
        using var scope = torch.NewDisposeScope();
        var upsampler = new Upsampler(new WeightScope(Weights(3, 3)), 3);
        var x = torch.randn([2, 3, h, w]);

        var plain = upsampler.Forward(x, 2 * h, 2 * w);
        using var still = torch.no_grad();

        Assert.True(plain.allclose(upsampler.Forward(x, 2 * h, 2 * w), 1e-4, 1e-5));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void Convolution_InStrips_EqualsTheWhole(int kernel)
    {
        using var scope = torch.NewDisposeScope();
        var convolution = new Convolution(new WeightScope(Weights(2, kernel))["conv"], 2, 2, kernel, padding: kernel / 2);
        // Just above the limit, with a last strip that is shorter.
        var x = torch.randn([1, 2, 2999, 2999]);

        var whole = convolution.Forward(x);
        using var still = torch.no_grad();

        Assert.True(whole.allclose(convolution.Forward(x), 1e-4, 1e-5));
    }

    [Fact]
    public void GroupNorm_InPlace_EqualsTheWholeBitForBit()
    {
        using var scope = torch.NewDisposeScope();
        var weights = new StateDict();
        weights.Add("weight", torch.randn([6]));
        weights.Add("bias", torch.randn([6]));
        var norm = new GroupNorm(new WeightScope(weights), 3, 6, 1e-6);
        // Just above the size from which the result takes its input's place.
        var x = torch.randn([1, 6, 1200, 1200]);
        using var still = torch.no_grad();

        var apart = norm.ForwardSilu(x);
        var inPlace = norm.ForwardSilu(x, consumes: true);

        Assert.True(apart.equal(inPlace).all().item<bool>());
        Assert.True(inPlace.equal(x).all().item<bool>());
    }

    private static StateDict Weights(long channels, long kernel)
    {
        var weights = new StateDict();
        weights.Add("conv.weight", torch.randn([channels, channels, kernel, kernel]));
        weights.Add("conv.bias", torch.randn([channels]));
        return weights;
    }
}

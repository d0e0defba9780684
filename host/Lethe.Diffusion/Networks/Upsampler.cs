namespace Lethe.Diffusion.Networks;

/// <summary>Doubles (or brings to a given size) by repeating pixels, then convolves.</summary>
internal sealed class Upsampler(WeightScope at, long channels)
{
    /// <summary>Input pixels from which summing the kernel costs less than the arithmetic it saves.</summary>
    private const long FewestPixels = 512;

    private readonly Convolution conv = new(at["conv"], channels, channels);

    public Tensor Forward(Tensor x, long height, long width)
    {
        using var scope = torch.NewDisposeScope();
        var (h, w) = (x.size(2), x.size(3));
        // Gradients take the plain way: training would pay for the summed kernels twice.
        var doubles = height == 2 * h && width == 2 * w && x.size(0) * h * w >= FewestPixels && !torch.is_grad_enabled();
        return (doubles ? Doubled(x, h, w) : conv.Forward(torch.nn.functional.interpolate(x, size: [height, width]))).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The same sums in another order. A 3x3 window over repeated pixels sees 2x2 different ones, so each of the four phases of the result is a
    /// convolution of the input with a 2x2 kernel, in which the weights that meet the same pixel are added: 16 products a pixel and channel instead of 36.
    /// </summary>
    private Tensor Doubled(Tensor x, long h, long w)
    {
        var whole = conv.Kernel.to(x.dtype);
        var doubled = torch.empty([x.size(0), channels, 2 * h, 2 * w], x.dtype, x.device);
        for (var row = 0; row < 2; row++)
        {
            for (var column = 0; column < 2; column++)
            {
                using var scope = torch.NewDisposeScope();
                var kernel = Phase(Phase(whole, 2, row), 3, column);
                // The border of one pixel is on all sides; each phase needs it on two.
                var phase = torch.nn.functional.conv2d(x, kernel, conv.Bias, padding: [1, 1]).narrow(2, row, h).narrow(3, column, w);
                doubled.slice(2, row, 2 * h, 2).slice(3, column, 2 * w, 2).copy_(phase);
            }
        }

        return doubled;
    }

    /// <summary>Three weights of one dimension become two: even pixels see <c>[w0, w1 + w2]</c>, odd ones <c>[w0 + w1, w2]</c>.</summary>
    private static Tensor Phase(Tensor kernel, long dim, int phase)
    {
        var (single, pair) = phase == 0 ? (0, 1) : (2, 0);
        var alone = kernel.narrow(dim, single, 1);
        var together = kernel.narrow(dim, pair, 2).sum([dim], keepdim: true);
        return torch.cat(phase == 0 ? [alone, together] : [together, alone], dim);
    }
}

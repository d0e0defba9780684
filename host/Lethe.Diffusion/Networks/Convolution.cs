namespace Lethe.Diffusion.Networks;

/// <summary>A square 2-D convolution, in the number format of its weights whatever comes in.</summary>
internal sealed class Convolution
{
    /// <summary>Larger inputs are cut into strips where no gradient is wanted: the pictures of an autoencoder, not the latents of a U-Net.</summary>
    internal const long MostBytes = 32L << 20;

    private readonly Weight weight;
    private readonly Weight? bias;
    private readonly long[] stride;
    private readonly long[] padding;

    public Convolution(WeightScope at, long inputs, long outputs, long kernel = 3, long stride = 1, long padding = 1, bool bias = true)
    {
        weight = at.Require("weight", outputs, inputs, kernel, kernel);
        this.bias = bias ? at.Require("bias", outputs) : null;
        this.stride = [stride, stride];
        this.padding = [padding, padding];
    }

    /// <summary><c>[outputs, inputs, kernel, kernel]</c>, as it lies in memory.</summary>
    public Tensor Kernel => weight.Content;

    /// <summary><c>[outputs]</c>, or null.</summary>
    public Tensor? Bias => bias?.Content;

    public Tensor Forward(Tensor x)
    {
        x = weight.Match(x);
        var bytes = x.numel() * sizeof(float);
        return bytes > MostBytes && CanBeCut && x.device.type == DeviceType.CPU && !torch.is_grad_enabled() ? InStrips(x, bytes) : Of(x);
    }

    // A window that keeps the size; others are left whole.
    private bool CanBeCut => stride[0] == 1 && weight.Content.size(2) == 2 * padding[0] + 1;

    private Tensor Of(Tensor x) => Frozen.Convolve(x, weight.Content, bias?.Content, stride, padding);

    /// <summary>Strip by strip of rows: the engine's convolution copies input and output into layouts of its own, which is then done for a strip at a time.</summary>
    private Tensor InStrips(Tensor x, long bytes)
    {
        var (height, strips) = (x.size(2), (bytes + MostBytes - 1) / MostBytes);
        var rows = (height + strips - 1) / strips;
        var result = torch.empty([x.size(0), weight.Content.size(0), height, x.size(3)], x.dtype, x.device);
        for (var from = 0L; from < height; from += rows)
        {
            using var scope = torch.NewDisposeScope();
            var count = Math.Min(rows, height - from);
            // With the rows around it that the window sees; what the border of zeros makes of them is cut off again.
            var first = Math.Max(0, from - padding[0]);
            var strip = x.narrow(2, first, Math.Min(height, from + count + padding[0]) - first);
            result.narrow(2, from, count).copy_(Of(strip).narrow(2, from - first, count));
        }

        return result;
    }
}

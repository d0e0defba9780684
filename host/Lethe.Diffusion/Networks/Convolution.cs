namespace Lethe.Diffusion.Networks;

/// <summary>A square 2-D convolution.</summary>
internal sealed class Convolution
{
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

    public Tensor Forward(Tensor x) => torch.nn.functional.conv2d(x, weight.Value, bias?.Value, stride, padding);
}

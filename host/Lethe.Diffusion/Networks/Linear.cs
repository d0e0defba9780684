namespace Lethe.Diffusion.Networks;

/// <summary>An affine map of the last dimension.</summary>
internal sealed class Linear
{
    private readonly Weight weight;
    private readonly Weight? bias;

    public Linear(WeightScope at, long inputs, long outputs, bool bias = true)
    {
        weight = at.Require("weight", outputs, inputs);
        this.bias = bias ? at.Require("bias", outputs) : null;
    }

    /// <summary>A tensor in the number format of this layer.</summary>
    public Tensor Match(Tensor x) => weight.Match(x);

    public Tensor Forward(Tensor x) => TokenMap.Apply(x, weight.Value, bias?.Value);
}

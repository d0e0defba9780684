namespace Lethe.Diffusion.Networks;

/// <summary>An affine map of the last dimension, in the number format of its weights whatever comes in.</summary>
internal sealed class Linear
{
    private readonly Weight weight;
    private readonly Weight? bias;

    public Linear(WeightScope at, long inputs, long outputs, bool bias = true)
    {
        weight = at.Require("weight", outputs, inputs);
        this.bias = bias ? at.Require("bias", outputs) : null;
    }

    public Tensor Forward(Tensor x) => Frozen.Linear(weight.Match(x), weight.Content, bias?.Content);
}

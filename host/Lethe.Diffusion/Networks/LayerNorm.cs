namespace Lethe.Diffusion.Networks;

/// <summary>Layer normalisation of the last dimension.</summary>
internal sealed class LayerNorm(WeightScope at, long channels, double epsilon = 1e-5)
{
    private readonly long[] shape = [channels];
    private readonly Weight weight = at.Require("weight", channels);
    private readonly Weight bias = at.Require("bias", channels);

    public Tensor Forward(Tensor x) => torch.nn.functional.layer_norm(x, shape, weight.Value, bias.Value, epsilon);
}

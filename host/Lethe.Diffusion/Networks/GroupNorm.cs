namespace Lethe.Diffusion.Networks;

/// <summary>Group normalisation with a learned scale and shift per channel.</summary>
internal sealed class GroupNorm(WeightScope at, long groups, long channels, double epsilon)
{
    private readonly Weight weight = at.Require("weight", channels);
    private readonly Weight bias = at.Require("bias", channels);

    public Tensor Forward(Tensor x) => torch.nn.functional.group_norm(x, groups, weight.Value, bias.Value, epsilon);

    /// <summary>silu of the normalised activations, which are overwritten where no gradient needs them.</summary>
    public Tensor ForwardSilu(Tensor x)
    {
        var normed = Forward(x);
        if (!normed.requires_grad)
            return torch.nn.functional.silu(normed, inplace: true);
        using (normed)
            return torch.nn.functional.silu(normed);
    }
}

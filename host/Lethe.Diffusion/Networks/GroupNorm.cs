namespace Lethe.Diffusion.Networks;

/// <summary>Group normalisation with a learned scale and shift per channel.</summary>
internal sealed class GroupNorm(WeightScope at, long groups, long channels, double epsilon)
{
    private readonly Weight weight = at.Require("weight", channels);
    private readonly Weight bias = at.Require("bias", channels);

    public Tensor Forward(Tensor x) => torch.nn.functional.group_norm(x, groups, weight.Value, bias.Value, epsilon);

    /// <summary>silu of the normalised activations, which are overwritten where no gradient needs them.</summary>
    /// <param name="x">Activations <c>[B, channels, H, W]</c>.</param>
    /// <param name="consumes">
    /// Nobody needs <paramref name="x"/> afterwards: where it is large and no gradient is wanted, the result takes its place.
    /// </param>
    public Tensor ForwardSilu(Tensor x, bool consumes = false)
    {
        if (consumes && x.size(0) == 1 && x.numel() * sizeof(float) > Convolution.MostBytes && !torch.is_grad_enabled())
            return InPlace(x);
        var normed = Forward(x);
        if (!normed.requires_grad)
            return torch.nn.functional.silu(normed, inplace: true);
        using (normed)
            return torch.nn.functional.silu(normed);
    }

    /// <summary>Group by group, which are independent, so that no second feature map is needed.</summary>
    private Tensor InPlace(Tensor x)
    {
        var width = channels / groups;
        for (var first = 0L; first < channels; first += width)
        {
            using var scope = torch.NewDisposeScope();
            var group = x.narrow(1, first, width);
            var normed = torch.nn.functional.group_norm(group, 1, weight.Value.narrow(0, first, width), bias.Value.narrow(0, first, width), epsilon);
            group.copy_(torch.nn.functional.silu(normed, inplace: true));
        }

        return x.alias();
    }
}

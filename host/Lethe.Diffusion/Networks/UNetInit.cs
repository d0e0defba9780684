namespace Lethe.Diffusion.Networks;

/// <summary>Random weights of a new <see cref="UNet2DConditionModel"/>.</summary>
public static class UNetInit
{
    /// <summary>PyTorch's default values, drawn from <paramref name="generator"/>; the caller owns the result.</summary>
    /// <param name="config">The shape of the network.</param>
    /// <param name="generator">The only source of randomness.</param>
    /// <param name="zeroResiduals">
    /// Zeroes the last layer of every residual branch (<c>conv2</c>, <c>proj_out</c>) and <c>conv_out</c>, so that training
    /// starts from the identity, as the diffusion papers do.
    /// </param>
    public static StateDict Create(UNet2DConfig config, Generator generator, bool zeroResiduals = false)
    {
        var defaults = new DefaultInit(generator);
        return DefaultInit.Fill(
            (name, shape) => zeroResiduals && EndsResidual(name) ? torch.zeros(shape) : defaults.Create(name, shape),
            weights => new UNet2DConditionModel(config, weights).Dispose());
    }

    private static bool EndsResidual(string name) =>
        name.StartsWith("conv_out.", StringComparison.Ordinal) || name.Contains(".conv2.", StringComparison.Ordinal)
        || name.Contains(".proj_out.", StringComparison.Ordinal);
}

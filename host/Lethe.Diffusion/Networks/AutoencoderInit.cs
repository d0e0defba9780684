namespace Lethe.Diffusion.Networks;

/// <summary>Random weights of a new <see cref="AutoencoderKL"/>.</summary>
public static class AutoencoderInit
{
    /// <summary>PyTorch's default values, drawn from <paramref name="generator"/>; the caller owns the result.</summary>
    public static StateDict Create(AutoencoderKLConfig config, Generator generator)
    {
        var defaults = new DefaultInit(generator);
        return DefaultInit.Fill(defaults.Create, weights => _ = new AutoencoderKL(config, weights));
    }
}

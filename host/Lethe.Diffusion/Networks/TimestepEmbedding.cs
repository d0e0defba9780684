namespace Lethe.Diffusion.Networks;

/// <summary>Sinusoidal time step features followed by two linear layers.</summary>
internal sealed class TimestepEmbedding : IDisposable
{
    private readonly Linear linear1;
    private readonly Linear linear2;
    private readonly Tensor frequencies;
    private readonly bool cosinesFirst;

    public TimestepEmbedding(WeightScope at, UNet2DConfig config)
    {
        long width = config.BlockOutChannels[0];
        linear1 = new Linear(at["linear_1"], width, config.TimeWidth);
        linear2 = new Linear(at["linear_2"], config.TimeWidth, config.TimeWidth);
        cosinesFirst = config.FlipSinToCos;
        using var scope = torch.NewDisposeScope();
        var exponents = torch.arange(width / 2, dtype: torch.float32) * (-Math.Log(10000) / (width / 2 - config.FreqShift));
        frequencies = exponents.exp().DetachFromDisposeScope();
    }

    /// <summary>Time steps <c>[B]</c>, <c>[1]</c> or a scalar, of any number type, to embeddings <c>[B or 1, TimeWidth]</c>.</summary>
    public Tensor Forward(Tensor timesteps)
    {
        using var scope = torch.NewDisposeScope();
        var angles = timesteps.to(torch.float32).reshape(-1, 1) * frequencies.to(timesteps.device);
        var (sines, cosines) = (angles.sin(), angles.cos());
        var features = torch.cat(cosinesFirst ? [cosines, sines] : [sines, cosines], -1);
        return linear2.Forward(torch.nn.functional.silu(linear1.Forward(features))).MoveToOuterDisposeScope();
    }

    public void Dispose() => frequencies.Dispose();
}

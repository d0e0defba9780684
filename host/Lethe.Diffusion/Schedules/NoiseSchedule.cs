using Lethe.Sdk.Diffusion;

namespace Lethe.Diffusion.Schedules;

/// <summary>The forward process: betas, what is left of the picture at each timestep, and mixing in noise.</summary>
public sealed class NoiseSchedule : INoiseSchedule, IDisposable
{
    /// <summary>What samplers that count in sigma take for a share of zero, so that the noise level is finite: diffusers' number, the least float16.</summary>
    internal const double LeastSignal = 1.0 / (1 << 24);

    private readonly float[] alphasCumprod;

    public NoiseSchedule(SchedulerConfig config, Device? device = null)
    {
        Config = config;
        var betas = BetasOf(config);
        if (config.RescaleBetasZeroSnr) DownToNoSignal(betas);
        Betas = betas;
        alphasCumprod = Left(betas);
        AlphasCumprod = torch.tensor(alphasCumprod, device: device).DetachFromDisposeScope();
    }

    public SchedulerConfig Config { get; }

    /// <summary>Variance added at each timestep.</summary>
    public IReadOnlyList<float> Betas { get; }

    /// <inheritdoc/>
    public int TrainTimesteps => Betas.Count;

    /// <inheritdoc/>
    public Tensor AlphasCumprod { get; }

    /// <summary>The share of the picture's variance left at a timestep, in (0, 1]; exactly 0 at the last one under <see cref="SchedulerConfig.RescaleBetasZeroSnr"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The timestep is not in <c>[0, T)</c>.</exception>
    public double AlphaAt(int timestep) => timestep >= 0 && timestep < alphasCumprod.Length
        ? alphasCumprod[timestep]
        : throw new ArgumentOutOfRangeException(nameof(timestep), timestep, $"expected a timestep in [0, {alphasCumprod.Length})");

    /// <inheritdoc/>
    public Tensor AddNoise(Tensor latents, Tensor noise, Tensor timesteps)
    {
        using var scope = torch.NewDisposeScope();
        var (signal, spread) = Roots(timesteps, latents.dim());
        return (signal * latents + spread * noise).MoveToOuterDisposeScope();
    }

    /// <summary>What a velocity model predicts: <c>sqrt(a_t) n - sqrt(1 - a_t) x</c>, <c>[B, C, h, w]</c>; the caller disposes it.</summary>
    public Tensor Velocity(Tensor latents, Tensor noise, Tensor timesteps)
    {
        using var scope = torch.NewDisposeScope();
        var (signal, spread) = Roots(timesteps, latents.dim());
        return (signal * noise - spread * latents).MoveToOuterDisposeScope();
    }

    /// <summary>The noise that a predicted velocity stands for: <c>sqrt(a_t) v + sqrt(1 - a_t) x_t</c>; the caller disposes it.</summary>
    public Tensor NoiseOfVelocity(Tensor velocity, Tensor noisy, Tensor timesteps)
    {
        using var scope = torch.NewDisposeScope();
        var (signal, spread) = Roots(timesteps, noisy.dim());
        return (signal * velocity + spread * noisy).MoveToOuterDisposeScope();
    }

    public void Dispose() => AlphasCumprod.Dispose();

    private (Tensor Signal, Tensor Spread) Roots(Tensor timesteps, long dimensions)
    {
        var shape = Enumerable.Repeat(1L, (int)dimensions).ToArray();
        shape[0] = -1;
        var left = AlphasCumprod.index_select(0, timesteps).reshape(shape);
        return (left.sqrt(), (1 - left).sqrt());
    }

    private static float[] Left(float[] betas)
    {
        var left = new float[betas.Length];
        // In double, rounded at each entry: what torch.cumprod does for float32 on the CPU.
        var product = 1.0;
        for (var t = 0; t < left.Length; t++) left[t] = (float)(product *= 1f - betas[t]);
        return left;
    }

    /// <summary>Lin et al. 2023, arXiv:2305.08891, algorithm 1: the roots of what is left, stretched so that the first stays and the last is zero.</summary>
    private static void DownToNoSignal(float[] betas)
    {
        float[] roots = [.. Left(betas).Select(MathF.Sqrt)];
        var (first, last) = (roots[0], roots[^1]);
        var before = 1f;
        for (var t = 0; t < betas.Length; t++)
        {
            var root = (roots[t] - last) * (first / (first - last));
            var left = root * root;
            betas[t] = 1 - left / before;
            before = left;
        }
    }

    private static float[] BetasOf(SchedulerConfig config)
    {
        var count = config.TrainTimesteps;
        var (first, last) = config.ScaledBetas
            ? ((float)Math.Sqrt(config.BetaStart), (float)Math.Sqrt(config.BetaEnd))
            : ((float)config.BetaStart, (float)config.BetaEnd);
        var stride = count > 1 ? (last - first) / (count - 1) : 0;
        var betas = new float[count];
        for (var t = 0; t < count; t++)
        {
            // From both ends, as torch.linspace counts, so that the last entry is exact.
            var value = t < count / 2 ? first + stride * t : count > 1 ? last - stride * (count - 1 - t) : first;
            betas[t] = config.ScaledBetas ? value * value : value;
        }
        return betas;
    }
}

namespace Lethe.Diffusion.Schedules;

/// <summary>Denoising diffusion implicit models (Song et al. 2020, arXiv:2010.02502), as in diffusers 0.24.</summary>
public sealed class DdimScheduler : IScheduler
{
    private readonly NoiseSchedule schedule;
    private readonly SchedulerConfig config;
    private readonly int stride;
    private readonly double eta;
    private int next;

    /// <param name="schedule">The forward process; not owned.</param>
    /// <param name="steps">Sampling steps, 1 to T.</param>
    /// <param name="eta">0 is deterministic, 1 adds as much noise as DDPM.</param>
    public DdimScheduler(NoiseSchedule schedule, int steps, double eta = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(eta);
        this.schedule = schedule;
        this.eta = eta;
        config = schedule.Config;
        Timesteps = [.. TimestepGrid.Rising(config, steps, config.Spacing ?? TimestepSpacing.Leading).Reverse()];
        stride = config.TrainTimesteps / steps;
    }

    public IReadOnlyList<int> Timesteps { get; }

    IReadOnlyList<double> IScheduler.Timesteps => [.. Timesteps.Select(t => (double)t)];

    /// <inheritdoc/>
    public double Signal => schedule.AlphaAt(Timesteps[next]);

    public bool IsStochastic => eta > 0;

    public Tensor Step(Tensor prediction, Tensor sample, Tensor? noise = null)
    {
        using var scope = torch.NewDisposeScope();
        var timestep = Timesteps[next++];
        var left = schedule.AlphaAt(timestep);
        var leftAfter = timestep >= stride ? schedule.AlphaAt(timestep - stride)
            : config.SetAlphaToOne ?? true ? 1
            : schedule.AlphaAt(0);
        var (signal, spread) = (Math.Sqrt(left), Math.Sqrt(1 - left));

        var epsilon = config.Prediction == PredictionType.Epsilon && left > 0;
        var clean = epsilon ? (sample - spread * prediction) / signal : signal * sample - spread * prediction;
        var direction = epsilon ? prediction : signal * prediction + spread * sample;
        if (config.ClipSample ?? true) clean = clean.clamp(-config.ClipSampleRange, config.ClipSampleRange);

        // Eq. 16: eta scales the standard deviation between DDIM and DDPM.
        var deviation = eta * Math.Sqrt((1 - leftAfter) / (1 - left) * (1 - left / leftAfter));
        // Eq. 12.
        var after = Math.Sqrt(leftAfter) * clean + Math.Sqrt(1 - leftAfter - deviation * deviation) * direction;
        if (IsStochastic) after += deviation * (noise ?? throw new ArgumentNullException(nameof(noise), $"eta {eta} needs noise"));
        return after.MoveToOuterDisposeScope();
    }

    /// <summary>Nothing to free.</summary>
    public void Dispose()
    {
    }
}

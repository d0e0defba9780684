namespace Lethe.Diffusion.Schedules;

/// <summary>Ancestral sampling of the forward process (Ho et al. 2020, arXiv:2006.11239), small fixed variance, as in diffusers 0.24.</summary>
public sealed class DdpmScheduler : IScheduler
{
    private const double LeastVariance = 1e-20;

    private readonly NoiseSchedule schedule;
    private readonly SchedulerConfig config;
    private readonly int[] timesteps;
    private readonly int stride;
    private int next;

    /// <param name="schedule">The forward process; not owned.</param>
    /// <param name="steps">Sampling steps, 1 to T.</param>
    public DdpmScheduler(NoiseSchedule schedule, int steps)
    {
        this.schedule = schedule;
        config = schedule.Config;
        timesteps = [.. TimestepGrid.Rising(config, steps, config.Spacing ?? TimestepSpacing.Leading).Reverse()];
        Timesteps = [.. timesteps.Select(t => (double)t)];
        stride = config.TrainTimesteps / steps;
    }

    public IReadOnlyList<double> Timesteps { get; }

    /// <inheritdoc/>
    public double Signal => schedule.AlphaAt(timesteps[next]);

    public bool IsStochastic => true;

    /// <inheritdoc/>
    public Tensor Step(Tensor prediction, Tensor sample, Tensor? noise = null)
    {
        using var scope = torch.NewDisposeScope();
        var timestep = timesteps[next++];
        var left = schedule.AlphaAt(timestep);
        var leftAfter = timestep >= stride ? schedule.AlphaAt(timestep - stride) : 1;
        var (kept, lost) = (left / leftAfter, 1 - left / leftAfter);

        var clean = config.Prediction == PredictionType.Epsilon && left > 0
            ? (sample - Math.Sqrt(1 - left) * prediction) / Math.Sqrt(left)
            : Math.Sqrt(left) * sample - Math.Sqrt(1 - left) * prediction;
        if (config.ClipSample ?? true) clean = clean.clamp(-config.ClipSampleRange, config.ClipSampleRange);

        // Eq. 7.
        var after = Math.Sqrt(leftAfter) * lost / (1 - left) * clean + Math.Sqrt(kept) * (1 - leftAfter) / (1 - left) * sample;
        if (timestep > 0)
        {
            var variance = Math.Max(LeastVariance, (1 - leftAfter) / (1 - left) * lost);
            after += Math.Sqrt(variance) * (noise ?? throw new ArgumentNullException(nameof(noise), "DDPM needs noise"));
        }
        return after.MoveToOuterDisposeScope();
    }

    /// <summary>Nothing to free.</summary>
    public void Dispose()
    {
    }
}

namespace Lethe.Diffusion.Schedules;

/// <summary>What the samplers of the family of k-diffusion share: latents whose variance is 1 + sigma^2, and a slope along them.</summary>
public abstract class SigmaScheduler : IScheduler
{
    private readonly SchedulerConfig config;
    private readonly SigmaGrid grid;
    private int next;

    private protected SigmaScheduler(NoiseSchedule schedule, SigmaGrid grid) => (config, this.grid) = (schedule.Config, grid);

    public IReadOnlyList<double> Timesteps => grid.Timesteps;

    /// <inheritdoc/>
    public double InitialScale
    {
        get
        {
            var highest = grid.Sigmas.Max();
            return (config.Spacing ?? TimestepSpacing.Linspace) == TimestepSpacing.Leading ? Math.Sqrt(highest * highest + 1) : highest;
        }
    }

    /// <inheritdoc/>
    public double Signal => 1 / (1 + Sigma(next) * Sigma(next));

    public abstract bool IsStochastic { get; }

    /// <summary>Noise levels, one more than timesteps.</summary>
    public IReadOnlyList<double> Sigmas => grid.Sigmas;

    /// <inheritdoc/>
    public Tensor ScaleInput(Tensor sample) => sample * Math.Sqrt(Signal);

    /// <inheritdoc/>
    public Tensor Step(Tensor prediction, Tensor sample, Tensor? noise = null)
    {
        using var scope = torch.NewDisposeScope();
        // The slope d sample / d sigma is the predicted noise.
        var slope = config.Prediction == PredictionType.Epsilon
            ? prediction
            : Math.Sqrt(Signal) * prediction + Sigma(next) * Signal * sample;
        var after = Step(slope, sample, noise, next);
        next++;
        return after.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract Tensor Step(Tensor slope, Tensor sample, Tensor? noise, int step);

    protected virtual void Dispose(bool disposing)
    {
    }

    protected double Sigma(int step) => grid.Sigmas[step];
}

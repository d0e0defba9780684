namespace Lethe.Diffusion.Schedules;

/// <summary>DPM-Solver++ of second order, multistep, midpoint (Lu et al. 2022, arXiv:2211.01095, algorithm 2), as in diffusers 0.24.</summary>
public sealed class DpmSolverScheduler : IScheduler
{
    // Below this many steps the last one is of first order: a second-order step there is unstable.
    private const int FewSteps = 15;

    private readonly SchedulerConfig config;
    private readonly SigmaGrid grid;
    private Tensor? previous;
    private int next;

    /// <param name="schedule">The forward process; not owned.</param>
    /// <param name="steps">Sampling steps, 1 to T.</param>
    /// <param name="karras">Noise levels of Karras et al.</param>
    public DpmSolverScheduler(NoiseSchedule schedule, int steps, bool karras = false) =>
        (config, grid) = (schedule.Config, SigmaGrid.ToFirst(schedule, steps, karras));

    public IReadOnlyList<double> Timesteps => grid.Timesteps;

    /// <inheritdoc/>
    public double Signal => 1 / (1 + grid.Sigmas[next] * grid.Sigmas[next]);

    public bool IsStochastic => false;

    /// <summary>Noise levels, one more than timesteps.</summary>
    public IReadOnlyList<double> Sigmas => grid.Sigmas;

    /// <inheritdoc/>
    public Tensor Step(Tensor prediction, Tensor sample, Tensor? noise = null)
    {
        using var scope = torch.NewDisposeScope();
        var (from, to) = (LevelAt(next), LevelAt(next + 1));
        var clean = config.Prediction == PredictionType.Epsilon
            ? (sample - from.Noise * prediction) / from.Picture
            : from.Picture * sample - from.Noise * prediction;

        var stride = to.HalfLogRatio - from.HalfLogRatio;
        var isLast = next == grid.Timesteps.Length - 1;
        var gain = -to.Picture * double.ExpM1(-stride);
        // Eq. 4.2; with one known prediction only, DDIM.
        var after = to.Noise / from.Noise * sample + gain * clean;
        if (previous is not null && !(isLast && (grid.Timesteps.Length < FewSteps || to.Noise == 0)))
        {
            var ratio = (from.HalfLogRatio - LevelAt(next - 1).HalfLogRatio) / stride;
            after += 0.5 * gain / ratio * (clean - previous);
        }

        previous?.Dispose();
        previous = clean.DetachFromDisposeScope();
        next++;
        return after.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        previous?.Dispose();
        previous = null;
    }

    private (double Picture, double Noise, double HalfLogRatio) LevelAt(int step)
    {
        var sigma = grid.Sigmas[step];
        var picture = 1 / Math.Sqrt(1 + sigma * sigma);
        return (picture, sigma * picture, -Math.Log(sigma));
    }
}

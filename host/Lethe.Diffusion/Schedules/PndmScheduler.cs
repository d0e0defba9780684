using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Schedules;

/// <summary>
/// Pseudo numerical methods (Liu et al. 2022, arXiv:2202.09778), as in diffusers 0.24: optional Runge-Kutta steps to warm up, then
/// linear multistep over the last four predictions.
/// </summary>
public sealed class PndmScheduler : IScheduler
{
    private readonly NoiseSchedule schedule;
    private readonly SchedulerConfig config;
    private readonly int stride;
    private readonly int[] warmUp = [];
    private readonly List<Tensor> predictions = [];
    private Tensor? start;
    private Tensor? mixed;
    private int next;

    /// <param name="schedule">The forward process; not owned.</param>
    /// <param name="steps">Sampling steps, 1 to T; at least 4 with Runge-Kutta steps.</param>
    public PndmScheduler(NoiseSchedule schedule, int steps)
    {
        this.schedule = schedule;
        config = schedule.Config;
        var grid = TimestepGrid.Rising(config, steps, config.Spacing ?? TimestepSpacing.Leading);
        stride = config.TrainTimesteps / steps;
        if (config.SkipPrkSteps)
        {
            // The second timestep comes twice: its first pass is the half step that multistep lacks at the start.
            Timesteps = grid.Length == 1 ? grid : [.. grid[..^1].Append(grid[^2]).Append(grid[^1]).Reverse()];
            RequireSignal();
            return;
        }
        if (grid.Length < 4) throw new ArgumentOutOfRangeException(nameof(steps), steps, "Runge-Kutta steps need at least 4 sampling steps");
        int[] halves = [.. grid[^4..].SelectMany(t => new[] { t, t + stride / 2 })];
        warmUp = [.. halves[..^1].SelectMany(t => new[] { t, t }).Skip(1).SkipLast(1).Reverse()];
        Timesteps = [.. warmUp, .. grid[..^3].Reverse()];
        RequireSignal();
    }

    public IReadOnlyList<int> Timesteps { get; }

    IReadOnlyList<double> IScheduler.Timesteps => [.. Timesteps.Select(t => (double)t)];

    /// <inheritdoc/>
    public double Signal => schedule.AlphaAt(Timesteps[next]);

    public bool IsStochastic => false;

    public Tensor Step(Tensor prediction, Tensor sample, Tensor? noise = null)
    {
        using var scope = torch.NewDisposeScope();
        var after = next < warmUp.Length ? RungeKutta(prediction, sample) : Multistep(prediction, sample);
        next++;
        return after.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var tensor in predictions) tensor.Dispose();
        predictions.Clear();
        Keep(ref start, null);
        Keep(ref mixed, null);
    }

    // Eq. 11 divides by the root of what is left.
    private void RequireSignal()
    {
        if (Timesteps.Any(timestep => timestep < schedule.TrainTimesteps && schedule.AlphaAt(timestep) == 0))
            throw new CheckpointException("with `rescale_betas_zero_snr` nothing of the picture is left at the last timestep, where PNDM cannot start\n\nhint: choose another sampler");
    }

    /// <summary>Eq. 13: four evaluations make one step of size 2 * (stride / 2).</summary>
    private Tensor RungeKutta(Tensor prediction, Tensor sample)
    {
        var to = Timesteps[next] - (next % 2 == 1 ? 0 : stride / 2);
        var from = warmUp[next / 4 * 4];
        switch (next % 4)
        {
            case 0:
                Remember(prediction);
                Keep(ref mixed, prediction / 6);
                Keep(ref start, sample.alias());
                break;
            case 1 or 2:
                Keep(ref mixed, mixed! + prediction / 3);
                break;
            default:
                prediction = mixed! + prediction / 6;
                Keep(ref mixed, null);
                break;
        }
        return Transfer(start!, prediction, from, to);
    }

    /// <summary>Eq. 12 with fewer terms while there are fewer predictions.</summary>
    private Tensor Multistep(Tensor prediction, Tensor sample)
    {
        var (from, to) = (Timesteps[next], Timesteps[next] - stride);
        if (next == 1)
        {
            // The repeated timestep: from the first sample again, now with the mean of both predictions.
            (from, to) = (from + stride, from);
            using var again = start!;
            start = null;
            return Transfer(again, (prediction + predictions[^1]) / 2, from, to);
        }

        Remember(prediction);
        if (predictions is [var only] && next == 0)
        {
            Keep(ref start, sample.alias());
            return Transfer(sample, only, from, to);
        }
        return Transfer(sample, predictions switch
        {
            [var b, var a] => (3 * a - b) / 2,
            [var c, var b, var a] => (23 * a - 16 * b + 5 * c) / 12,
            [var d, var c, var b, var a] => (55 * a - 59 * b + 37 * c - 9 * d) / 24,
            _ => throw new InvalidOperationException($"{predictions.Count} remembered predictions at step {next}"),
        }, from, to);
    }

    /// <summary>Eq. 11: moves a sample between timesteps along a predicted direction.</summary>
    private Tensor Transfer(Tensor sample, Tensor prediction, int from, int to)
    {
        var a = schedule.AlphaAt(from);
        var b = to >= 0 ? schedule.AlphaAt(to) : config.SetAlphaToOne ?? false ? 1 : schedule.AlphaAt(0);
        if (config.Prediction == PredictionType.Velocity) prediction = Math.Sqrt(a) * prediction + Math.Sqrt(1 - a) * sample;
        var divisor = a * Math.Sqrt(1 - b) + Math.Sqrt(a * (1 - a) * b);
        return Math.Sqrt(b / a) * sample - (b - a) / divisor * prediction;
    }

    private void Remember(Tensor prediction)
    {
        if (predictions.Count == 4)
        {
            predictions[0].Dispose();
            predictions.RemoveAt(0);
        }
        predictions.Add(prediction.alias().DetachFromDisposeScope());
    }

    private static void Keep(ref Tensor? slot, Tensor? value)
    {
        var old = slot;
        slot = value?.DetachFromDisposeScope();
        old?.Dispose();
    }
}

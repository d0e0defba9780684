namespace Lethe.Diffusion.Schedules;

/// <summary>The grids that samplers walk on; numpy's rounding (halves to even) throughout.</summary>
internal static class TimestepGrid
{
    /// <summary>Whole timesteps, rising.</summary>
    public static int[] Rising(SchedulerConfig config, int steps, TimestepSpacing spacing)
    {
        Check(config, steps);
        var train = config.TrainTimesteps;
        return spacing switch
        {
            TimestepSpacing.Leading => [.. Enumerable.Range(0, steps).Select(i => i * (train / steps) + config.StepsOffset)],
            TimestepSpacing.Trailing => [.. Trailing(train, steps).Reverse()],
            _ => [.. Enumerable.Range(0, steps).Select(i => (int)Math.Round(Linspace(train - 1, steps, i)))],
        };
    }

    /// <summary>From 0 to T - 1 in equal strides, rising, not rounded to whole timesteps.</summary>
    public static IEnumerable<double> Evenly(SchedulerConfig config, int steps)
    {
        Check(config, steps);
        return Enumerable.Range(0, steps).Select(i => Linspace(config.TrainTimesteps - 1, steps, i));
    }

    /// <summary>Falling, and spaced as if one more timestep followed: the grid of DPM-Solver++.</summary>
    public static IEnumerable<int> FallingPastLast(SchedulerConfig config, int steps)
    {
        Check(config, steps);
        var train = config.TrainTimesteps;
        var falling = Enumerable.Range(1, steps).Reverse();
        return (config.Spacing ?? TimestepSpacing.Linspace) switch
        {
            TimestepSpacing.Leading => falling.Select(i => i * (train / (steps + 1)) + config.StepsOffset),
            TimestepSpacing.Trailing => Trailing(train, steps),
            _ => falling.Select(i => (int)Math.Round(Linspace(train - 1, steps + 1, i))),
        };
    }

    public static void Check(SchedulerConfig config, int steps)
    {
        if (steps < 1 || steps > config.TrainTimesteps)
            throw new ArgumentOutOfRangeException(nameof(steps), steps, $"expected 1 to {config.TrainTimesteps} sampling steps");
    }

    /// <summary><c>np.linspace(0, last, steps)[i]</c>.</summary>
    public static double Linspace(double last, int steps, int i) =>
        i == 0 ? 0 : i == steps - 1 ? last : i * (last / (steps - 1));

    /// <summary><c>np.round(np.arange(train, 0, -train / steps)) - 1</c>; the length is arange's, rounding included.</summary>
    private static IEnumerable<int> Trailing(int train, int steps)
    {
        var stride = (double)train / steps;
        var count = (int)Math.Ceiling(train / stride);
        // arange's own stride is the difference of its first two entries.
        var delta = train - stride - train;
        for (var i = 0; i < count; i++) yield return (int)Math.Round(train + i * delta) - 1;
    }
}

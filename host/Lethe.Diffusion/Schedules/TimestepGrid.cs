namespace Lethe.Diffusion.Schedules;

/// <summary>The grids that DDIM and PNDM sample on, rising; numpy's rounding (halves to even) throughout.</summary>
internal static class TimestepGrid
{
    public static int[] Rising(SchedulerConfig config, int steps)
    {
        var train = config.TrainTimesteps;
        if (steps < 1 || steps > train)
            throw new ArgumentOutOfRangeException(nameof(steps), steps, $"expected 1 to {train} sampling steps");
        return config.Spacing switch
        {
            TimestepSpacing.Leading => [.. Enumerable.Range(0, steps).Select(i => i * (train / steps) + config.StepsOffset)],
            TimestepSpacing.Trailing => [.. Trailing(train, steps).Reverse()],
            _ => [.. Enumerable.Range(0, steps).Select(i => (int)Math.Round(Linspace(train - 1, steps, i)))],
        };
    }

    /// <summary><c>np.linspace(0, last, steps)[i]</c>.</summary>
    private static double Linspace(int last, int steps, int i) =>
        i == 0 ? 0 : i == steps - 1 ? last : i * ((double)last / (steps - 1));

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

namespace Lethe.Diffusion.Schedules;

/// <summary>
/// Timesteps and noise levels of the samplers that count in sigma, the ratio of noise to picture; numpy's rounding throughout, as in
/// diffusers 0.24.
/// </summary>
/// <param name="Timesteps">Falling.</param>
/// <param name="Sigmas">One for each timestep, and the one that the last step ends at.</param>
internal sealed record SigmaGrid(double[] Timesteps, double[] Sigmas)
{
    // Karras et al. 2022, arXiv:2206.00364, table 1.
    private const double Rho = 7;

    /// <summary>For Euler, Euler ancestral and LMS: the last step ends without noise.</summary>
    public static SigmaGrid ToZero(NoiseSchedule schedule, int steps, bool karras)
    {
        var config = schedule.Config;
        var spacing = config.Spacing ?? TimestepSpacing.Linspace;
        double[] timesteps = spacing == TimestepSpacing.Linspace
            ? [.. TimestepGrid.Evenly(config, steps).Reverse()]
            : [.. TimestepGrid.Rising(config, steps, spacing).Reverse().Select(t => (double)t)];
        var train = TrainSigmas(schedule);
        double[] sigmas = [.. timesteps.Select(timestep => Interpolate(train, timestep))];
        if (karras)
        {
            sigmas = Karras(sigmas[0], sigmas[^1], steps);
            timesteps = [.. sigmas.Select(sigma => TimestepOf(sigma, train))];
        }

        return new SigmaGrid(timesteps, [.. sigmas.Select(Single), 0]);
    }

    /// <summary>For DPM-Solver++: the last step ends at the noise of timestep 0, or at none where the configuration says so.</summary>
    public static SigmaGrid ToFirst(NoiseSchedule schedule, int steps, bool karras)
    {
        var config = schedule.Config;
        var train = TrainSigmas(schedule);
        double[] sigmas;
        int[] timesteps;
        if (karras)
        {
            TimestepGrid.Check(config, steps);
            sigmas = Karras(train[^1], train[0], steps);
            timesteps = [.. sigmas.Select(sigma => (int)Math.Round(TimestepOf(sigma, train)))];
        }
        else
        {
            timesteps = [.. TimestepGrid.FallingPastLast(config, steps)];
            sigmas = [.. timesteps.Select(timestep => Interpolate(train, timestep))];
        }

        var last = config.EndsWithoutNoise ? 0 : karras ? sigmas[^1] : train[0];
        return new SigmaGrid([.. timesteps.Select(t => (double)t)], [.. sigmas.Append(last).Select(Single)]);
    }

    private static double Single(double sigma) => (float)sigma;

    private static double[] TrainSigmas(NoiseSchedule schedule) =>
        [.. Enumerable.Range(0, schedule.TrainTimesteps).Select(schedule.AlphaAt)
            .Select(left => left == 0 ? NoiseSchedule.LeastSignal : left).Select(left => Math.Sqrt((1 - left) / left))];

    private static double Interpolate(double[] table, double at)
    {
        at = Math.Clamp(at, 0, table.Length - 1);
        var low = Math.Min((int)at, table.Length - 2);
        return low < 0 ? table[0] : table[low] + (at - low) * (table[low + 1] - table[low]);
    }

    /// <summary>Eq. 5 of Karras et al.</summary>
    private static double[] Karras(double highest, double lowest, int steps)
    {
        var (from, to) = (Math.Pow(highest, 1 / Rho), Math.Pow(lowest, 1 / Rho));
        return [.. Enumerable.Range(0, steps).Select(i => Math.Pow(from + TimestepGrid.Linspace(1, steps, i) * (to - from), Rho))];
    }

    /// <summary>The timestep of a noise level, between two by the logarithm.</summary>
    private static double TimestepOf(double sigma, double[] train)
    {
        var wanted = Math.Log(Math.Max(sigma, 1e-10));
        var found = Array.BinarySearch(train, sigma);
        var low = Math.Clamp(found >= 0 ? found : ~found - 1, 0, train.Length - 2);
        var (below, above) = (Math.Log(train[low]), Math.Log(train[low + 1]));
        return low + Math.Clamp((below - wanted) / (below - above), 0, 1);
    }
}

namespace Lethe.Training.Runs;

/// <summary>A linear warm-up, then half a cosine down to a fiftieth of the peak.</summary>
/// <param name="Peak">The highest rate.</param>
/// <param name="Steps">Optimiser steps in all.</param>
/// <param name="WarmUp">Share of the steps spent rising, in <c>[0, 1)</c>.</param>
public sealed record LearningRate(double Peak, long Steps, double WarmUp = 0.03)
{
    private const double Floor = 0.02;

    /// <summary>The rate of step <paramref name="step"/>, counted from 0.</summary>
    public double At(long step)
    {
        var done = Math.Clamp((step + 1.0) / Steps, 0, 1);
        if (done < WarmUp)
            return Peak * done / WarmUp;
        var falling = (done - WarmUp) / (1 - WarmUp);
        return Peak * (Floor + ((1 - Floor) * 0.5 * (1 + Math.Cos(Math.PI * falling))));
    }
}

namespace Lethe.Plugins.Cpe;

/// <summary>The schedule "cosine with hard restarts": linear warm-up, then cosines from 1 to 0.</summary>
internal static class CosineRestarts
{
    /// <summary>What to multiply the learning rate with at a step, in <c>[0, 1]</c>.</summary>
    /// <param name="step">Step from 0.</param>
    /// <param name="warmup">Steps of the warm-up.</param>
    /// <param name="total">Steps in all.</param>
    /// <param name="cycles">Number of cosines.</param>
    public static double Factor(int step, int warmup, int total, int cycles)
    {
        if (step < warmup)
            return step / (double)warmup;
        var progress = (step - warmup) / (double)Math.Max(1, total - warmup);
        return progress >= 1 ? 0 : 0.5 * (1 + Math.Cos(Math.PI * (cycles * progress % 1)));
    }
}

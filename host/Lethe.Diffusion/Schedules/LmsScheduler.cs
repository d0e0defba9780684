namespace Lethe.Diffusion.Schedules;

/// <summary>Linear multistep over the last four slopes (Katherine Crowson's k-diffusion, <c>sample_lms</c>), as in diffusers 0.24.</summary>
public sealed class LmsScheduler : SigmaScheduler
{
    private const int Order = 4;
    private readonly List<Tensor> slopes = [];

    /// <param name="schedule">The forward process; not owned.</param>
    /// <param name="steps">Sampling steps, 1 to T.</param>
    /// <param name="karras">Noise levels of Karras et al.</param>
    public LmsScheduler(NoiseSchedule schedule, int steps, bool karras = false)
        : base(schedule, SigmaGrid.ToZero(schedule, steps, karras))
    {
    }

    public override bool IsStochastic => false;

    protected override Tensor Step(Tensor slope, Tensor sample, Tensor? noise, int step)
    {
        if (slopes.Count == Order)
        {
            slopes[0].Dispose();
            slopes.RemoveAt(0);
        }
        slopes.Add(slope.alias().DetachFromDisposeScope());
        var after = sample;
        for (var back = 0; back < slopes.Count; back++)
            after += Coefficient(step, back, slopes.Count) * slopes[^(back + 1)];
        return after;
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var slope in slopes) slope.Dispose();
        slopes.Clear();
        base.Dispose(disposing);
    }

    /// <summary>The integral, over the step, of the Lagrange polynomial that is one at sigma[step - back] and zero at the other known levels.</summary>
    private double Coefficient(int step, int back, int order)
    {
        // Gauss-Legendre with three nodes is exact up to degree five; ours is three at most.
        (double Node, double Weight)[] rule = [(-Math.Sqrt(0.6), 5.0 / 9), (0, 8.0 / 9), (Math.Sqrt(0.6), 5.0 / 9)];
        var (from, to) = (Sigma(step), Sigma(step + 1));
        return rule.Sum(point => point.Weight * Lagrange((from + to) / 2 + point.Node * (to - from) / 2)) * (to - from) / 2;

        double Lagrange(double at) => Enumerable.Range(0, order).Where(k => k != back)
            .Aggregate(1.0, (product, k) => product * (at - Sigma(step - k)) / (Sigma(step - back) - Sigma(step - k)));
    }
}

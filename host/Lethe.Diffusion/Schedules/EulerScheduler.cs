namespace Lethe.Diffusion.Schedules;

/// <summary>
/// Euler's method on the probability flow, with or without ancestral noise (Karras et al. 2022, arXiv:2206.00364, algorithm 2 without
/// churn; k-diffusion's <c>sample_euler_ancestral</c>), as in diffusers 0.24.
/// </summary>
public sealed class EulerScheduler : SigmaScheduler
{
    private readonly bool ancestral;

    /// <param name="schedule">The forward process; not owned.</param>
    /// <param name="steps">Sampling steps, 1 to T.</param>
    /// <param name="ancestral">Adds noise after each step and steps further down to make room for it.</param>
    /// <param name="karras">Noise levels of Karras et al.</param>
    public EulerScheduler(NoiseSchedule schedule, int steps, bool ancestral = false, bool karras = false)
        : base(schedule, SigmaGrid.ToZero(schedule, steps, karras)) => this.ancestral = ancestral;

    public override bool IsStochastic => ancestral;

    protected override Tensor Step(Tensor slope, Tensor sample, Tensor? noise, int step)
    {
        var (from, to) = (Sigma(step), Sigma(step + 1));
        if (!ancestral)
            return sample + (to - from) * slope;
        // What is added must not lift the noise above the level that the step is to end at.
        var added = Math.Sqrt(to * to * (from * from - to * to) / (from * from));
        var down = Math.Sqrt(to * to - added * added);
        return sample + (down - from) * slope + added * (noise ?? throw new ArgumentNullException(nameof(noise), "Euler ancestral needs noise"));
    }
}

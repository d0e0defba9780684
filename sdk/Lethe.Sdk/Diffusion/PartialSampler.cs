namespace Lethe.Sdk.Diffusion;

/// <summary>
/// Runs a denoiser from noise part of the way to a picture, under guidance and without gradient: what methods that sample inside their training
/// need. The grid is that of the original latent-diffusion program, <c>j * stride + 1</c> with <c>stride = T / steps</c>; the step below its end
/// goes to timestep 0.
/// </summary>
public sealed class PartialSampler
{
    private readonly double[] _left;
    private readonly int _steps, _stride;
    private readonly Solver _solver;

    /// <summary>Lays the grid.</summary>
    /// <param name="schedule">The model's schedule.</param>
    /// <param name="steps">Grid points, 2 to T / 2.</param>
    /// <param name="solver">How to step.</param>
    /// <exception cref="ArgumentOutOfRangeException">Too few or too many steps.</exception>
    /// <exception cref="ArgumentException">The grid begins where a schedule of zero terminal SNR leaves nothing of the picture.</exception>
    public PartialSampler(INoiseSchedule schedule, int steps = 50, Solver solver = Solver.Ddim)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        if (steps < 2 || steps > schedule.TrainTimesteps / 2)
            throw new ArgumentOutOfRangeException(nameof(steps), steps, $"expected 2 to {schedule.TrainTimesteps / 2} sampling steps");
        (_steps, _stride, _solver) = (steps, schedule.TrainTimesteps / steps, solver);
        using var scope = torch.NewDisposeScope();
        _left = schedule.AlphasCumprod.to(ScalarType.Float64).cpu().data<double>().ToArray();
        int[] grid = [.. Enumerable.Range(0, steps).Select(TimestepOf).Reverse()];
        if (_left[grid[0]] <= 0)
            throw new ArgumentException($"nothing of the picture is left at timestep {grid[0]}, where the first of {steps} steps would begin; take fewer", nameof(steps));
        Timesteps = solver == Solver.Ddim ? grid : [grid[0], grid[1], .. grid[1..]];
    }

    /// <summary>Falling; one prediction for each entry. Multistep names its second timestep twice.</summary>
    public IReadOnlyList<int> Timesteps { get; }

    /// <summary>The timestep of a grid point.</summary>
    /// <param name="bucket">0 to steps - 1, rising with the noise.</param>
    public int TimestepOf(int bucket) => bucket * _stride + 1;

    /// <summary>The share of the picture's variance that is left at a timestep.</summary>
    /// <param name="timestep">In <c>[0, T)</c>.</param>
    public double LeftAt(int timestep) => _left[timestep];

    /// <summary>Draws a grid point, each as likely as the others.</summary>
    /// <param name="generator">Source of randomness; two draws, or one when aligned.</param>
    /// <param name="aligned">The timestep is the grid point's own; otherwise any of its stride, <c>bucket * stride</c> up to the next one's.</param>
    public NoiseLevel DrawLevel(torch.Generator generator, bool aligned)
    {
        using var scope = torch.NewDisposeScope();
        var bucket = (int)torch.randint(_steps, [1], generator: generator).item<long>();
        return aligned
            ? new NoiseLevel(bucket, TimestepOf(bucket))
            : new NoiseLevel(bucket, bucket * _stride + (int)torch.randint(_stride, [1], generator: generator).item<long>());
    }

    /// <summary>Takes some steps.</summary>
    /// <param name="denoiser">Asked once a step, attached edits included.</param>
    /// <param name="noise"><c>[B, C, h, w]</c>, standard normal; not disposed.</param>
    /// <param name="prompts"><c>[B, L, D]</c>: text states.</param>
    /// <param name="empty"><c>[1, L, D]</c>: text states of the empty prompt.</param>
    /// <param name="guidance">Weight of classifier-free guidance; 1 means none, and then the empty prompt is not evaluated.</param>
    /// <param name="first">Index into <see cref="Timesteps"/> of the first step; 0 for multistep.</param>
    /// <param name="count">Steps to take; 0 gives the noise back.</param>
    /// <param name="cancel">Heard before each step.</param>
    /// <returns><c>[B, C, h, w]</c>, at the noise of the next timestep of the grid; the caller disposes it.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Tensor Run(
        IDenoiser denoiser, Tensor noise, Tensor prompts, Tensor empty, double guidance, int first, int count, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + count, Timesteps.Count, nameof(count));
        if (_solver == Solver.Plms && first > 0)
            throw new ArgumentOutOfRangeException(nameof(first), first, "multistep remembers earlier steps, expected 0");
        using var still = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        if (count <= 0)
            return noise.clone().MoveToOuterDisposeScope();
        var guided = guidance != 1;
        var text = guided ? torch.cat([empty.expand(prompts.shape[0], -1, -1), prompts]) : prompts;
        using var bound = (denoiser as IBindsPrompts)?.Bind(text);
        var history = new MultistepHistory();
        var latents = noise;
        for (var i = first; i < first + count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var timestep = torch.tensor(new long[] { Timesteps[i] }, device: noise.device);
            var input = guided ? torch.cat([latents, latents]) : latents;
            var predicted = bound?.PredictNoise(input, timestep) ?? denoiser.PredictNoise(input, timestep, text);
            if (guided)
            {
                var halves = predicted.chunk(2);
                predicted = halves[0] + guidance * (halves[1] - halves[0]);
            }

            latents = _solver == Solver.Ddim
                ? Move(latents, predicted, Timesteps[i], Timesteps[i] - _stride)
                : history.Step(i, latents, predicted, Timesteps[i], _stride, Move);
        }

        return latents.MoveToOuterDisposeScope();
    }

    /// <summary>DDIM's Eq. 12 without noise: <c>sqrt(b) x0 + sqrt(1 - b) e</c> with <c>x0 = (x - sqrt(1 - a) e) / sqrt(a)</c>.</summary>
    private Tensor Move(Tensor latents, Tensor noise, int from, int to)
    {
        var (a, b) = (_left[from], _left[Math.Max(to, 0)]);
        var clean = (latents - Math.Sqrt(1 - a) * noise) / Math.Sqrt(a);
        return Math.Sqrt(b) * clean + Math.Sqrt(1 - b) * noise;
    }
}

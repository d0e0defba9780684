namespace Lethe.Diffusion.Schedules;

/// <summary>One sampling run from noise to latents: <see cref="Step"/> once for each timestep, in order.</summary>
public interface IScheduler : IDisposable
{
    /// <summary>Falling; the denoiser is asked once for each entry, repeated entries included.</summary>
    IReadOnlyList<int> Timesteps { get; }

    /// <summary>Whether <see cref="Step"/> needs noise.</summary>
    bool IsStochastic { get; }

    /// <summary>Takes the next step.</summary>
    /// <param name="prediction">The denoiser's output for <paramref name="sample"/> at the next timestep, <c>[B, C, h, w]</c>.</param>
    /// <param name="sample">Latents before the step, <c>[B, C, h, w]</c>.</param>
    /// <param name="noise">Standard normal, <c>[B, C, h, w]</c>; required when <see cref="IsStochastic"/>.</param>
    /// <returns>Latents after the step; the caller disposes them.</returns>
    Tensor Step(Tensor prediction, Tensor sample, Tensor? noise = null);
}

namespace Lethe.Diffusion.Schedules;

/// <summary>One sampling run from noise to latents: <see cref="Step"/> once for each timestep, in order.</summary>
public interface IScheduler : IDisposable
{
    /// <summary>Falling, in [0, T), not always whole; the denoiser is asked once for each entry, repeated entries included.</summary>
    IReadOnlyList<double> Timesteps { get; }

    /// <summary>What unit noise is multiplied by to begin with.</summary>
    double InitialScale => 1;

    /// <summary>
    /// The share of the picture's variance left in what the denoiser sees at the next timestep, in [0, 1]. Where it is 0, noise says nothing about the
    /// picture, so the prediction that <see cref="Step"/> takes is the velocity in any case.
    /// </summary>
    double Signal { get; }

    /// <summary>Whether <see cref="Step"/> needs noise.</summary>
    bool IsStochastic { get; }

    /// <summary>
    /// Latents as the denoiser sees them at the next timestep, after the last step as the autoencoder does: of unit variance
    /// where the scheduler itself lets the variance grow with the noise.
    /// </summary>
    /// <returns><c>[B, C, h, w]</c>; the caller disposes it.</returns>
    Tensor ScaleInput(Tensor sample) => sample.alias();

    /// <summary>Takes the next step.</summary>
    /// <param name="prediction">The denoiser's output for <see cref="ScaleInput"/> of <paramref name="sample"/> at the next timestep, <c>[B, C, h, w]</c>.</param>
    /// <param name="sample">Latents before the step, <c>[B, C, h, w]</c>.</param>
    /// <param name="noise">Standard normal, <c>[B, C, h, w]</c>; required when <see cref="IsStochastic"/>.</param>
    /// <returns>Latents after the step; the caller disposes them.</returns>
    Tensor Step(Tensor prediction, Tensor sample, Tensor? noise = null);
}

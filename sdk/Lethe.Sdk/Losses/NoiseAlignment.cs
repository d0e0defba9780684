using Lethe.Sdk.Diffusion;

namespace Lethe.Sdk.Losses;

/// <summary>The noise that the student predicts for the target equals what the teacher predicts for the surrogate: mean square.</summary>
/// <param name="wanted">What the teacher predicts instead, e.g. <see cref="NoiseCombination.AwayFrom"/>; null is the step's surrogate.</param>
public sealed class NoiseAlignment(NoiseCombination? wanted = null) : ILossTerm
{
    /// <inheritdoc/>
    public string Name { get; init; } = "noise-alignment";

    /// <summary><c>mean ( e_student(z, t, prompt) - sum w_i e_teacher(z, t, c_i) )^2</c> over batch, channels and pixels.</summary>
    /// <param name="student">The network in training.</param>
    /// <param name="prompt"><c>[1, L, D]</c> or <c>[B, L, D]</c>: what it is asked for.</param>
    /// <param name="teacher">The frozen network.</param>
    /// <param name="wanted">What it shall answer.</param>
    /// <param name="latents"><c>[B, C, h, w]</c>, noisy.</param>
    /// <param name="timesteps"><c>[B]</c> or <c>[1]</c>, int64.</param>
    /// <returns>A scalar with gradients to the student's trained tensors, and to <paramref name="prompt"/>; the caller disposes it.</returns>
    public static Tensor Between(IDenoiser student, Tensor prompt, IDenoiser teacher, NoiseCombination wanted, Tensor latents, Tensor timesteps) =>
        Between(student, teacher, [new NoiseTerm(prompt, wanted, latents)], timesteps)[0];

    /// <summary>Several of these at one level of noise. Each network is asked once, for one batch of all of them costs less than one after the other.</summary>
    /// <param name="student">The network in training.</param>
    /// <param name="teacher">The frozen network.</param>
    /// <param name="terms">What is asked and wanted; all latents have one shape.</param>
    /// <param name="timesteps"><c>[B]</c> or <c>[1]</c>, int64: of all of them.</param>
    /// <returns>A scalar for each term, with gradients to the student's trained tensors, and to the prompts; the caller disposes them.</returns>
    public static IReadOnlyList<Tensor> Between(IDenoiser student, IDenoiser teacher, IReadOnlyList<NoiseTerm> terms, Tensor timesteps)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(timesteps);
        using var scope = torch.NewDisposeScope();
        // The teacher first: the student's prediction holds its whole graph.
        var targets = NoiseCombination.Predict(teacher, [.. terms.Select(term => (term.Wanted, term.Latents))], timesteps);
        var predicted = NoiseCombination.PredictTogether(student, timesteps, [.. terms.Select(term => (term.Latents, term.Prompt))]);
        return [.. predicted.Zip(targets).Select(pair => torch.nn.functional.mse_loss(pair.First, pair.Second).MoveToOuterDisposeScope())];
    }

    /// <inheritdoc/>
    public Tensor Value(LossStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var (latents, timesteps) = step.Noise(Name);
        return Between(step.Student, step.Target, step.Teacher, wanted ?? NoiseCombination.Of(step.Surrogate), latents, timesteps);
    }
}

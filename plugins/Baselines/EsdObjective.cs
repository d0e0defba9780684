using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Losses;
using Lethe.Sdk.Training;

namespace Lethe.Plugins.Baselines;

/// <summary>
/// Erased Stable Diffusion: Gandikota, Materzyńska, Fiotto-Kaufman, Bau, <i>Erasing Concepts from Diffusion Models</i> (ICCV 2023). The frozen
/// model teaches the trained one with its own guidance turned round:
/// <code>
/// target = e*(z_t, t, empty) - eta [ e*(z_t, t, c) - e*(z_t, t, empty) ]
/// L      = mean ( e(z_t, t, c) - target )^2
/// </code>
/// Deviations: none from the first program with <c>reference</c> and one picture a step. The rewrite counts eta from <c>e*(c)</c> instead of
/// <c>e*(empty)</c>: its eta is ours plus one. Its carrier prompt f ("erase from") is here too, on our scale:
/// <c>target = e*(f) - (1 + eta) [ e*(c) - e*(empty) ]</c>, with the student asked for f.
/// </summary>
/// <param name="pair">The network in training and the frozen one; not disposed.</param>
/// <param name="sampler">DDIM for <c>legacy</c>, multistep for <c>current</c>.</param>
/// <param name="settings">How.</param>
/// <param name="empty"><c>[1, L, D]</c>: text states of the empty prompt.</param>
/// <param name="carrier"><c>[1, L, D]</c>: text states of f, or null.</param>
internal sealed class EsdObjective(StudentTeacher pair, PartialSampler sampler, EsdSettings settings, Tensor empty, Tensor? carrier)
{
    /// <summary>Pictures <c>z_t</c> with the timestep that the networks are told.</summary>
    /// <param name="concept"><c>[1, L, D]</c>: c.</param>
    /// <param name="noise"><c>[B, C, h, w]</c>, standard normal.</param>
    /// <param name="generator">Draws the timestep.</param>
    /// <param name="cancel">Heard between sampling steps.</param>
    public (Tensor Latents, Tensor Timesteps) Sample(Tensor concept, Tensor noise, torch.Generator generator, CancellationToken cancel)
    {
        var legacy = settings.Sampler == EsdSampler.Legacy;
        var level = sampler.DrawLevel(generator, aligned: !legacy || settings.StopRule == EsdStopRule.Aligned);
        var (network, steps, timestep) = legacy
            ? (pair.Student, StepsOf(level.Bucket, settings.SamplingSteps, settings.StopRule), level.Timestep)
            : (pair.Teacher, level.Bucket, sampler.Timesteps[level.Bucket]);
        var prompt = (carrier ?? concept).expand(noise.shape[0], -1, -1);
        var latents = sampler.Run(network, noise, prompt, empty, settings.StartGuidance, first: 0, steps, cancel);
        return (latents, torch.tensor(new long[] { timestep }, device: noise.device));
    }

    /// <summary>L; gradients reach the trained parameters only.</summary>
    public Tensor Loss(Tensor concept, Tensor latents, Tensor timesteps) => NoiseAlignment.Between(
        pair.Student, carrier ?? concept, pair.Teacher, Target(concept), latents, timesteps);

    /// <summary>The target.</summary>
    public NoiseCombination Target(Tensor concept) => carrier is null
        ? NoiseCombination.AwayFrom(empty, concept, empty, settings.NegativeGuidance)
        : NoiseCombination.AwayFrom(carrier, concept, empty, settings.NegativeGuidance + 1);

    /// <summary>
    /// Sampling steps for grid point tau of N. Aligned: until the picture is at tau. Reference: the first program tests for the end after the step
    /// of grid point tau - 1, so that the picture is at tau - 2, and never ends early for tau of 0 and 1.
    /// </summary>
    public static int StepsOf(int tau, int steps, EsdStopRule rule) => rule == EsdStopRule.Aligned
        ? steps - 1 - tau
        : tau <= 1 ? steps : steps + 1 - tau;
}

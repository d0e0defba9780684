using Lethe.Diffusion.Schedules;
using Lethe.Sdk.Erasers;

namespace Lethe.Diffusion.Sampling;

/// <summary>Denoises one batch of latents under guidance. The denoiser's attached edits take part, its guidance rule included.</summary>
/// <param name="denoiser">Not owned.</param>
/// <param name="schedule">Of a model that predicts noise; not owned.</param>
public sealed class DiffusionSampler(Denoiser denoiser, NoiseSchedule schedule)
{
    /// <summary>Denoises from noise to latents.</summary>
    /// <param name="prompts">Text states of the prompts, <c>[B, L, D]</c>.</param>
    /// <param name="negative">Text states of what to steer away from, <c>[1, L, D]</c> or <c>[B, L, D]</c>.</param>
    /// <param name="extra">Text states of the guidance rule's own prompts, each <c>[1, L, D]</c>.</param>
    /// <param name="noise">Standard normal <c>[B, C, h, w]</c>, a new tensor each call: once to begin with, once a step if the sampler is stochastic.</param>
    /// <param name="settings">Steps, guidance, where to stop.</param>
    /// <param name="progress">Told the number of finished steps and that of all steps, after each step.</param>
    /// <param name="cancel">Heard before each step.</param>
    /// <returns><c>[B, C, h, w]</c>; the caller disposes it.</returns>
    public Tensor Sample(
        Tensor prompts, Tensor negative, IReadOnlyList<Tensor> extra, Func<Tensor> noise, SamplerSettings settings,
        Action<int, int>? progress = null, CancellationToken cancel = default)
    {
        using var noGradient = torch.no_grad();
        using var run = torch.NewDisposeScope();
        using var scheduler = Start(settings);
        using var rule = denoiser.Guidance?.Start();

        var batch = prompts.size(0);
        // One batched pass holds everything that the mixing needs, in this order.
        List<Tensor> groups = rule is null && settings.GuidanceScale == 1
            ? [prompts]
            : [Rows(negative, batch), prompts, .. rule is null ? [] : extra.Select(states => Rows(states, batch))];
        using var text = denoiser.Project(groups.Count == 1 ? prompts : torch.cat(groups, 0));

        var latents = noise();
        var timesteps = scheduler.Timesteps;
        for (var step = 0; step < timesteps.Count && timesteps[step] >= (settings.StopAtTimestep ?? 0); step++)
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            var input = groups.Count == 1 ? latents : torch.cat([.. Enumerable.Repeat(latents, groups.Count)], 0);
            var timestep = torch.tensor([(long)timesteps[step]], device: latents.device);
            var predicted = denoiser.PredictNoise(input, timestep, text).chunk(groups.Count, 0);
            var mixed = rule is null ? Mix(predicted, settings.GuidanceScale) : rule.Combine(new GuidanceStep
            {
                Unconditional = predicted[0],
                Conditional = predicted[1],
                Extra = predicted[2..],
                GuidanceScale = settings.GuidanceScale,
                Step = step,
                Steps = timesteps.Count,
                Timestep = timesteps[step],
            });
            var after = scheduler.Step(mixed, latents, scheduler.IsStochastic ? noise() : null).MoveToOuterDisposeScope();
            latents.Dispose();
            latents = after;
            progress?.Invoke(step + 1, timesteps.Count);
        }
        return latents.MoveToOuterDisposeScope();
    }

    private IScheduler Start(SamplerSettings settings) => settings.Kind switch
    {
        SamplerKind.Pndm => new PndmScheduler(schedule, settings.Steps),
        _ => new DdimScheduler(schedule, settings.Steps, settings.Eta),
    };

    private static Tensor Rows(Tensor states, long batch) => states.size(0) == batch ? states : states.expand(batch, -1, -1);

    private static Tensor Mix(Tensor[] predicted, double scale) =>
        predicted is [var negative, var positive] ? negative + scale * (positive - negative) : predicted[0];
}

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

        var latents = scheduler.InitialScale == 1 ? noise() : noise() * scheduler.InitialScale;
        var timesteps = scheduler.Timesteps;
        for (var step = 0; step < timesteps.Count && timesteps[step] >= (settings.StopAtTimestep ?? 0); step++)
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            var scaled = scheduler.ScaleInput(latents);
            var input = groups.Count == 1 ? scaled : torch.cat([.. Enumerable.Repeat(scaled, groups.Count)], 0);
            var predicted = denoiser.PredictNoise(input, timesteps[step], scheduler.Signal, text).chunk(groups.Count, 0);
            // Mixing is the same for noise and for the velocity that stands in for it where there is no signal: both are straight lines.
            var mixed = rule is null ? Mix(predicted, settings.GuidanceScale) : rule.Combine(new GuidanceStep
            {
                Unconditional = predicted[0],
                Conditional = predicted[1],
                Extra = predicted[2..],
                GuidanceScale = settings.GuidanceScale,
                Step = step,
                Steps = timesteps.Count,
                Timestep = (int)Math.Round(timesteps[step]),
            });
            var after = scheduler.Step(mixed, latents, scheduler.IsStochastic ? noise() : null).MoveToOuterDisposeScope();
            latents.Dispose();
            latents = after;
            progress?.Invoke(step + 1, timesteps.Count);
        }
        return scheduler.ScaleInput(latents).MoveToOuterDisposeScope();
    }

    private IScheduler Start(SamplerSettings settings) => settings.Kind switch
    {
        SamplerKind.Ddim => new DdimScheduler(schedule, settings.Steps, settings.Eta),
        SamplerKind.Pndm => new PndmScheduler(schedule, settings.Steps),
        SamplerKind.Ddpm => new DdpmScheduler(schedule, settings.Steps),
        SamplerKind.Euler => new EulerScheduler(schedule, settings.Steps),
        SamplerKind.EulerKarras => new EulerScheduler(schedule, settings.Steps, karras: true),
        SamplerKind.EulerAncestral => new EulerScheduler(schedule, settings.Steps, ancestral: true),
        SamplerKind.DpmSolver => new DpmSolverScheduler(schedule, settings.Steps),
        SamplerKind.DpmSolverKarras => new DpmSolverScheduler(schedule, settings.Steps, karras: true),
        SamplerKind.Lms => new LmsScheduler(schedule, settings.Steps),
        SamplerKind.LmsKarras => new LmsScheduler(schedule, settings.Steps, karras: true),
        _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Kind, "unknown sampler"),
    };

    private static Tensor Rows(Tensor states, long batch) => states.size(0) == batch ? states : states.expand(batch, -1, -1);

    private static Tensor Mix(Tensor[] predicted, double scale) =>
        predicted is [var negative, var positive] ? negative + scale * (positive - negative) : predicted[0];
}

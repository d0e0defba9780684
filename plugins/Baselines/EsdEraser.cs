using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;
using Lethe.Sdk.Training;

namespace Lethe.Plugins.Baselines;

/// <summary>Erased Stable Diffusion (Gandikota et al. 2023): fine-tuning against the model's own guidance; only the concept's name is needed.</summary>
[Eraser("esd", "Fine-tuning against the model's own guidance; minutes of training (ESD)", Options = typeof(EsdOptions))]
internal sealed class EsdEraser : IEraser
{
    public ModelEdit Erase(ErasureRequest request, EraserContext context)
    {
        var (model, encoder, random) = (request.Model, request.Model.TextEncoder, context.Generator);
        var settings = EsdSettings.Of(request.OptionsAs<EsdOptions>(), request.Concepts, encoder.Width);
        using var scope = torch.NewDisposeScope();
        using var prompts = new ConceptPrompts(encoder, request.Concepts, settings.Templates);
        using var pair = new StudentTeacher(model.Denoiser, EsdParameters.Of(settings.Variant));
        using var adam = new ResumableAdam(pair.Parameters);
        var sampler = new PartialSampler(model.Schedule, settings.SamplingSteps, settings.Sampler == EsdSampler.Legacy ? Solver.Ddim : Solver.Plms);
        var empty = encoder.Encode([""]);
        var objective = new EsdObjective(pair, sampler, settings, empty, settings.EraseFrom is { } carrier ? encoder.Encode([carrier]) : null);

        new ResumableTraining(context, "training", settings.Iterations).Keep("weight/", pair.Weights).Keep("adam/", adam.State).Run(_ =>
        {
            var (_, concept) = prompts.Draw(random);
            var noise = torch.randn([settings.BatchSize, .. model.LatentShape], generator: random).to(empty.device);
            var (latents, timesteps) = objective.Sample(concept, noise, random, context.Cancel);
            var loss = objective.Loss(concept, latents, timesteps);
            loss.backward();
            adam.Step(settings.LearningRate);
            return new Dictionary<string, double> { ["loss"] = loss.detach().item<float>() };
        });
        return pair.ToEdit(settings.Describe(request, context));
    }
}

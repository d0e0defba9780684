using Lethe.Sdk;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;
using Lethe.Sdk.Losses;

[assembly: LethePlugin("__ID__")]

namespace __ASSEMBLY__;

/// <summary>Trains the keys and values of the target onto those of its surrogate, and holds what must stay.</summary>
[Eraser("__ID__", "Pulls the target's keys and values onto its surrogate's", Options = typeof(__NAME__Options), OneConceptAtATime = true)]
internal sealed class __NAME__Eraser : IEraser
{
    public ModelEdit Erase(ErasureRequest request, EraserContext context)
    {
        var options = request.OptionsAs<__NAME__Options>();
        var (model, concept) = (request.Model, request.Concept);
        using var target = model.TextEncoder.Encode([concept.Name]);
        using var surrogate = model.TextEncoder.Encode([concept.Surrogate]);
        using var preserved = model.TextEncoder.Encode([.. request.Preserve.Prompts, ""]);
        var weights = model.Denoiser.Parameters(ParameterSelection.CrossAttentionKeysAndValues).ToTrainable();
        var edit = ModelEdit.Weights(weights);
        using var teacher = model.Denoiser.Freeze();
        using var attached = model.Denoiser.Attach(edit);
        using var adam = torch.optim.Adam(weights.AsParameters(), options.LearningRate);
        var losses = new WeightedLosses().Add(1, new ProjectionAlignment()).Add(1, new Anchoring());
        var inputs = new LossStep { Student = model.Denoiser, Teacher = teacher, Target = target, Surrogate = surrogate, Preserved = preserved };

        for (var step = 1; step <= options.Steps; step++)
        {
            context.Cancel.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            var loss = losses.Total(inputs);
            adam.zero_grad();
            loss.backward();
            adam.step();
            context.Report(step, options.Steps, losses.Values);
        }

        return edit;
    }
}

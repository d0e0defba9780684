using System.ComponentModel.DataAnnotations;
using Lethe.Sdk;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;
using Lethe.Sdk.Losses;

[assembly: LethePlugin("acme.nudge")]

namespace Acme.Nudge;

public sealed record NudgeOptions
{
    [Range(1, 10_000)] public int Steps { get; init; } = 40;
    [Range(1e-7, 1)] public double LearningRate { get; init; } = 0.02;
}

[Eraser("acme.nudge", "Trains the target's keys and values onto its surrogate's", Options = typeof(NudgeOptions), OneConceptAtATime = true)]
internal sealed class NudgeEraser : IEraser
{
    public ModelEdit Erase(ErasureRequest request, EraserContext context)
    {
        var options = request.OptionsAs<NudgeOptions>();
        var model = request.Model;
        using var target = model.TextEncoder.Encode([request.Concept.Name]);
        using var surrogate = model.TextEncoder.Encode([request.Concept.Surrogate]);
        var weights = model.Denoiser.Parameters(ParameterSelection.CrossAttentionKeysAndValues).ToTrainable();
        var edit = ModelEdit.Weights(weights);
        using var teacher = model.Denoiser.Freeze();
        using var attached = model.Denoiser.Attach(edit);
        using var adam = torch.optim.Adam(weights.AsParameters(), options.LearningRate);
        var losses = new WeightedLosses().Add(1, new ProjectionAlignment());
        for (var step = 1; step <= options.Steps; step++)
        {
            context.Cancel.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            var loss = losses.Total(new LossStep { Student = model.Denoiser, Teacher = teacher, Target = target, Surrogate = surrogate });
            adam.zero_grad();
            loss.backward();
            adam.step();
            context.Report(step, options.Steps, losses.Values);
        }

        return edit;
    }
}

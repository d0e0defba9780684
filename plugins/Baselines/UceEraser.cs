using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Lethe.Plugins.Baselines;

/// <summary>Unified Concept Editing (Gandikota et al. 2024): one exact solution for all keys and values, no training.</summary>
[Eraser("uce", "Closed-form editing of keys and values; seconds, no training (UCE)", Options = typeof(UceOptions))]
internal sealed class UceEraser : IEraser
{
    public ModelEdit Erase(ErasureRequest request, EraserContext context)
    {
        var options = request.OptionsAs<UceOptions>();
        using var scope = torch.NewDisposeScope();
        using var system = new ClosedFormSystem(Blocks(request, options), options.Ridge);
        var weights = request.Model.Denoiser.Parameters(ParameterSelection.CrossAttentionKeysAndValues);
        var edited = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, weight) in weights)
        {
            context.Cancel.ThrowIfCancellationRequested();
            edited[name] = options.Technique == UceTechnique.Tensor ? system.ProjectOut(weight) : system.Replace(weight);
            context.Report(edited.Count, weights.Count);
        }

        foreach (var tensor in edited.Values)
            tensor.DetachFromDisposeScope();
        return ModelEdit.Weights(edited);
    }

    private static List<RowBlock> Blocks(ErasureRequest request, UceOptions options)
    {
        var encoder = request.Model.TextEncoder;
        var kept = UcePrompts.Kept(request.Concepts, request.Preserve, options);
        var keepWeight = options.PreserveWeight
            ?? (options.Release == UceRelease.Rewrite ? 1 : Math.Max(0.1, 1.0 / kept.Count));
        var blocks = UcePrompts.Erased(request.Concepts, options).Select(pair => UceRows.Erased(encoder, pair, options)).ToList();
        blocks.AddRange(kept.Select(prompt => UceRows.Kept(encoder, prompt, keepWeight, options)));
        return blocks;
    }
}

using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Lethe.Plugins.Cpe;

/// <summary>
/// Concept Pinpoint Eraser (ICLR 2025): a small gated adapter for each concept. Training looks at text states and at key and
/// value projections only, never at a picture.
/// </summary>
[Eraser("cpe", "Gated adapters on keys and values that act on the concept alone; minutes of training (CPE)", Options = typeof(CpeOptions))]
internal sealed class CpeEraser : IEraser, IAdapterLoader
{
    public ModelEdit Erase(ErasureRequest request, EraserContext context)
    {
        using var run = new CpeRun(request, context);
        var edits = run.Train();
        // Each concept stays an edit, and a file, of its own; on a network they act jointly (CpeAdapter.TryJoin).
        return edits.Aggregate((all, next) => all.TryCombine(next, out var both, out var reason)
            ? both
            : throw new InvalidOperationException($"adapters do not combine: {reason}"));
    }

    public ModelEdit Load(IDiffusionModel model, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> settings) =>
        Edit(new AdapterLayout(model.Denoiser.CrossAttention), tensors, settings);

    /// <summary>An edit from the tensors of one concept, which it takes over.</summary>
    /// <exception cref="InvalidDataException">They do not fit the model.</exception>
    public static ModelEdit Edit(AdapterLayout layout, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> settings) =>
        ModelEdit.Adapter(new CpeAdapter([ConceptAdapter.Of(layout, tensors, settings)]), tensors, settings);
}

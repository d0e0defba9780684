using Lethe.Diffusion;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Runs;

/// <summary>A model that one lane draws with, edits attached; disposing it detaches them, and closes the model if the lane opened it.</summary>
internal sealed class LaneModel : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();

    /// <param name="model">The model.</param>
    /// <param name="ownsModel">Whether the lane closes it.</param>
    /// <param name="edits">Edits to attach, in order.</param>
    public LaneModel(StableDiffusion model, bool ownsModel, IEnumerable<ModelEdit> edits)
    {
        Model = model;
        if (ownsModel)
            _owned.Push(model);
        foreach (var edit in edits)
            _owned.Push(model.Denoiser.Attach(edit));
    }

    /// <summary>What to draw with.</summary>
    public IDiffusionModel Model { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_owned.TryPop(out var item))
            item.Dispose();
    }
}

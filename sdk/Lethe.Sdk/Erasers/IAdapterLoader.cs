using Lethe.Sdk.Diffusion;

namespace Lethe.Sdk.Erasers;

/// <summary>
/// Optional power of an <see cref="IEraser"/>, needed when it returns adapters or guidance: it can rebuild such an edit from what
/// was saved. Weight and low-rank edits need no loader.
/// </summary>
public interface IAdapterLoader
{
    /// <summary>Rebuilds an edit.</summary>
    /// <param name="model">The model it will be attached to.</param>
    /// <param name="tensors">What <see cref="ModelEdit.Tensors"/> held; the edit takes them over.</param>
    /// <param name="settings">What <see cref="ModelEdit.Settings"/> held.</param>
    /// <returns>An edit with the same effect; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">Tensors or settings do not fit.</exception>
    ModelEdit Load(IDiffusionModel model, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> settings);
}

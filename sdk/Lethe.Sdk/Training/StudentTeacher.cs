using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Lethe.Sdk.Training;

/// <summary>
/// A network in training beside the network as it was. Only the trained parameters exist twice: the teacher shares all others, and the
/// originals of the trained ones, with the model. Nothing is swapped between passes.
/// </summary>
public sealed class StudentTeacher : IDisposable
{
    private readonly ModelEdit _edit;
    private readonly IDisposable _attachment;

    /// <summary>Freezes the teacher, copies the parameters that shall be trained and attaches the copies.</summary>
    /// <param name="denoiser">The model's; it is the student until this object is disposed.</param>
    /// <param name="selection">What to train; at least one parameter.</param>
    public StudentTeacher(IDenoiser denoiser, ParameterSelection selection)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        ArgumentNullException.ThrowIfNull(selection);
        var originals = denoiser.Parameters(selection);
        if (originals.Count == 0)
            throw new ArgumentException("the selection holds no parameter of this network", nameof(selection));
        Student = denoiser;
        Weights = originals.ToTrainable();
        Parameters = [.. Weights.AsParameters()];
        Teacher = denoiser.Freeze();
        _edit = ModelEdit.Weights(Weights);
        _attachment = denoiser.Attach(_edit);
    }

    /// <summary>The network whose parameters are trained; gradients reach <see cref="Weights"/> and nothing else of it.</summary>
    public IDenoiser Student { get; }

    /// <summary>The network as it was; call it under <c>torch.no_grad()</c> unless a gradient to its inputs is wanted.</summary>
    public IDenoiser Teacher { get; }

    /// <summary>The trained tensors by diffusers name; this object's own.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; }

    /// <summary>The same tensors, for an optimiser.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The change so far: those parameters that differ from the teacher's.</summary>
    /// <param name="settings">What shall be saved with it; see <see cref="ModelEdit.Settings"/>.</param>
    /// <returns>A weight edit with copies of its own; the caller disposes it.</returns>
    public ModelEdit ToEdit(IReadOnlyDictionary<string, string>? settings = null)
    {
        using var still = torch.no_grad();
        var before = Teacher.Parameters(ParameterSelection.ByName(Weights.ContainsKey));
        var changed = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, weight) in Weights)
        {
            using var scope = torch.NewDisposeScope();
            if (!weight.eq(before[name]).all().item<bool>())
                changed.Add(name, weight.detach().clone().DetachFromDisposeScope());
        }

        return ModelEdit.Weights(changed, settings);
    }

    /// <summary>Detaches the student's parameters: the network is what it was.</summary>
    public void Dispose()
    {
        _attachment.Dispose();
        _edit.Dispose();
        Teacher.Dispose();
    }
}

using System.Diagnostics.CodeAnalysis;

namespace Lethe.Sdk.Erasers;

/// <summary>
/// A change to a model: what an eraser returns. An edit owns its tensors; disposing it disposes them. The cases are
/// <see cref="WeightEdit"/>, <see cref="LowRankEdit"/>, <see cref="AdapterEdit"/>, <see cref="GuidanceEdit"/> and
/// <see cref="CombinedEdit"/>; a host handles exactly these.
/// </summary>
public abstract class ModelEdit : IDisposable
{
    /// <summary>Name of the setting in which an eraser tells the run's report, in plain words, what it did.</summary>
    public const string ReportSetting = "report";

    private bool _disposed;

    private protected ModelEdit()
    {
    }

    /// <summary><c>weights</c>, <c>low-rank</c>, <c>adapter</c>, <c>guidance</c> or <c>combined</c>; written into saved files.</summary>
    public abstract string Kind { get; }

    /// <summary>Everything that must be saved, by name.</summary>
    public abstract IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>
    /// Scalars and texts that must be saved with the tensors. One named <see cref="ReportSetting"/> is shown in the run's report.
    /// </summary>
    public abstract IReadOnlyDictionary<string, string> Settings { get; }

    internal abstract int Order { get; }

    /// <summary>Replaces parameters.</summary>
    /// <param name="tensors">New values by diffusers name, in the shapes of the old; the edit takes them over.</param>
    public static ModelEdit Weights(IReadOnlyDictionary<string, Tensor> tensors) => new WeightEdit(tensors, null);

    /// <summary>Replaces parameters.</summary>
    /// <param name="tensors">New values by diffusers name, in the shapes of the old; the edit takes them over.</param>
    /// <param name="settings">Texts to save with them, for people; they change nothing.</param>
    public static ModelEdit Weights(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? settings) =>
        new WeightEdit(tensors, settings);

    /// <summary>Adds a product of thin matrices to parameters.</summary>
    /// <param name="factors">Factors by diffusers name; the edit takes them over.</param>
    /// <param name="scale">Multiplies every product.</param>
    public static ModelEdit LowRank(IReadOnlyDictionary<string, LowRankFactors> factors, double scale = 1) => new LowRankEdit(factors, scale);

    /// <summary>Passes keys and values through a function of the text states.</summary>
    /// <param name="adapter">The function.</param>
    /// <param name="tensors">Its tensors; the edit takes them over.</param>
    /// <param name="settings">Its scalars and texts, for <see cref="IAdapterLoader"/>.</param>
    public static ModelEdit Adapter(
        IProjectionAdapter adapter, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? settings = null) =>
        new AdapterEdit(adapter, tensors, settings);

    /// <summary>Changes how sampling mixes noise predictions, and no weight.</summary>
    /// <param name="guidance">The rule.</param>
    /// <param name="tensors">Its tensors, often none; the edit takes them over.</param>
    /// <param name="settings">Its scalars and texts, for <see cref="IAdapterLoader"/>.</param>
    public static ModelEdit Guidance(
        IGuidance guidance, IReadOnlyDictionary<string, Tensor>? tensors = null, IReadOnlyDictionary<string, string>? settings = null) =>
        new GuidanceEdit(guidance, tensors, settings);

    /// <summary>
    /// Joins two edits that were made independently of each other. Attachment order is weights, low-rank, adapters, guidance. An edit made while
    /// another was attached builds on it: attach those one after the other instead.
    /// </summary>
    /// <param name="next">The other edit.</param>
    /// <param name="combined">The joint edit, which takes both over; null when they cannot be joined, and both stay the caller's.</param>
    /// <param name="reason">Why they cannot be joined.</param>
    public bool TryCombine(ModelEdit next, [NotNullWhen(true)] out ModelEdit? combined, [NotNullWhen(false)] out string? reason)
    {
        ArgumentNullException.ThrowIfNull(next);
        var parts = Flatten(this).Concat(Flatten(next)).OrderBy(edit => edit.Order).ToList();
        reason = parts.SelectMany((edit, i) => parts.Skip(i + 1).Select(edit.ConflictWith)).FirstOrDefault(text => text is not null);
        combined = reason is null ? new CombinedEdit(parts) : null;
        return combined is not null;
    }

    /// <summary>Disposes the edit's tensors. Detach it first.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (var tensor in Tensors.Values)
            tensor.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Why another edit cannot act together with this one, or null.</summary>
    private protected virtual string? ConflictWith(ModelEdit other) => null;

    private static IEnumerable<ModelEdit> Flatten(ModelEdit edit) => edit is CombinedEdit combined ? combined.Parts : [edit];
}

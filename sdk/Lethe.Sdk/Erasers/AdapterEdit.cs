namespace Lethe.Sdk.Erasers;

/// <summary>Passes keys and values through a function of the text states. Several adapters act one after the other.</summary>
public sealed class AdapterEdit : ModelEdit
{
    internal AdapterEdit(
        IProjectionAdapter adapter, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? settings)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        ArgumentNullException.ThrowIfNull(tensors);
        Module = adapter;
        Tensors = tensors;
        Settings = settings ?? new Dictionary<string, string>();
    }

    /// <inheritdoc/>
    public override string Kind => "adapter";

    /// <summary>The function; it uses <see cref="Tensors"/>.</summary>
    public IProjectionAdapter Module { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings { get; }

    internal override int Order => 2;
}

namespace Lethe.Sdk.Erasers;

/// <summary>Replaces named parameters.</summary>
public sealed class WeightEdit : ModelEdit
{
    internal WeightEdit(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? settings)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        Tensors = tensors;
        Settings = settings ?? new Dictionary<string, string>();
    }

    /// <inheritdoc/>
    public override string Kind => "weights";

    /// <summary>New values by diffusers parameter name, in the shapes of the old.</summary>
    public override IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>What the eraser wrote down about it; may be empty.</summary>
    public override IReadOnlyDictionary<string, string> Settings { get; }

    internal override int Order => 0;

    private protected override string? ConflictWith(ModelEdit other) =>
        other is WeightEdit && Tensors.Keys.FirstOrDefault(other.Tensors.ContainsKey) is { } name
            ? $"both replace parameter `{name}`"
            : null;
}

namespace Lethe.Sdk.Erasers;

/// <summary>Several edits that act together. Save and load its parts, each on its own.</summary>
public sealed class CombinedEdit : ModelEdit
{
    internal CombinedEdit(IReadOnlyList<ModelEdit> parts)
    {
        Parts = parts;
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        for (var i = 0; i < parts.Count; i++)
        {
            foreach (var (name, tensor) in parts[i].Tensors)
                tensors.Add($"{i}/{name}", tensor);
        }

        Tensors = tensors;
    }

    /// <inheritdoc/>
    public override string Kind => "combined";

    /// <summary>The parts in the order of attachment; this edit owns them.</summary>
    public IReadOnlyList<ModelEdit> Parts { get; }

    /// <summary>Every part's tensors, as <c>index/name</c>.</summary>
    public override IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>Empty: settings belong to the parts.</summary>
    public override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>();

    internal override int Order => 4;
}

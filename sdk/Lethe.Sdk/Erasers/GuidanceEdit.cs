namespace Lethe.Sdk.Erasers;

/// <summary>Changes how sampling mixes noise predictions; weights stay. It cannot be folded into a checkpoint.</summary>
public sealed class GuidanceEdit : ModelEdit
{
    internal GuidanceEdit(
        IGuidance guidance, IReadOnlyDictionary<string, Tensor>? tensors, IReadOnlyDictionary<string, string>? settings)
    {
        ArgumentNullException.ThrowIfNull(guidance);
        Rule = guidance;
        Tensors = tensors ?? new Dictionary<string, Tensor>();
        Settings = settings ?? new Dictionary<string, string>();
    }

    /// <inheritdoc/>
    public override string Kind => "guidance";

    /// <summary>The rule; it uses <see cref="Tensors"/>.</summary>
    public IGuidance Rule { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings { get; }

    internal override int Order => 3;

    private protected override string? ConflictWith(ModelEdit other) =>
        other is GuidanceEdit ? "both decide how noise predictions are mixed" : null;
}

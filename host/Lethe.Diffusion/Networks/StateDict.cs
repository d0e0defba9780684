using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Networks;

/// <summary>
/// The named weights of one network, ordered by name (ordinal), so that iteration, saving and optimiser state
/// do not depend on how they were loaded. Owns its tensors.
/// </summary>
public sealed class StateDict : IDisposable
{
    private readonly SortedDictionary<string, Weight> weights = new(StringComparer.Ordinal);

    /// <summary>Where the weights came from, for error messages.</summary>
    public string Source { get; init; } = "the given weights";

    /// <summary>How many tensors there are.</summary>
    public int Count => weights.Count;

    /// <summary>All names, in order.</summary>
    public IReadOnlyCollection<string> Names => weights.Keys;

    /// <summary>All weights, in the order of their names.</summary>
    public IReadOnlyCollection<Weight> Weights => weights.Values;

    /// <summary>The tensor of a name.</summary>
    public Tensor this[string name] => Find(name).Value;

    /// <summary>Makes a tensor that a network asks for and that is not there; null means that a missing tensor is an error.</summary>
    internal Func<string, long[], Tensor>? CreateMissing { get; set; }

    /// <summary>Adds a tensor and takes ownership of it.</summary>
    public void Add(string name, Tensor tensor, ScalarType? storedType = null)
    {
        if (!weights.TryAdd(name, new Weight(name, tensor.DetachFromDisposeScope(), storedType ?? tensor.dtype)))
            throw new CheckpointException($"{Source}: tensor `{name}` occurs twice");
    }

    public bool Contains(string name) => weights.ContainsKey(name);

    /// <summary>The weight of a name.</summary>
    public Weight Find(string name) =>
        weights.TryGetValue(name, out var weight) ? weight : throw new CheckpointException($"{Source}: tensor `{name}` is missing");

    /// <summary>The weight of a name, which must have exactly this shape.</summary>
    public Weight Require(string name, params long[] shape)
    {
        if (CreateMissing is not null && !weights.ContainsKey(name))
            Add(name, CreateMissing(name, shape));
        if (!weights.TryGetValue(name, out var weight))
            throw new CheckpointException($"{Source}: tensor `{name}` is missing, expected shape `{Shapes.Text(shape)}`");
        if (!weight.Value.shape.AsSpan().SequenceEqual(shape))
            throw new CheckpointException(
                $"{Source}: tensor `{name}` has shape `{Shapes.Text(weight.Value.shape)}`, expected `{Shapes.Text(shape)}`");
        return weight;
    }

    /// <summary>The floating-point tensors by name, in order; with <paramref name="select"/>, those whose name it accepts.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters(Func<string, bool>? select = null)
    {
        var chosen = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, weight) in weights)
        {
            if (weight.Value.IsFloat() && (select is null || select(name)))
                chosen.Add(name, weight.Value);
        }

        return chosen;
    }

    /// <summary>The number of scalars in all floating-point tensors.</summary>
    public long ParameterCount => weights.Values.Where(weight => weight.Value.IsFloat()).Sum(weight => weight.Value.numel());

    /// <summary>Switches gradients on or off for all floating-point tensors.</summary>
    public void RequireGradients(bool required)
    {
        foreach (var weight in weights.Values)
        {
            if (weight.Value.IsFloat())
                weight.Value.requires_grad = required;
        }
    }

    /// <summary>Puts all tensors on a device and the floating-point ones into a number format, one after the other.</summary>
    internal void Move(Device device, ScalarType type)
    {
        foreach (var weight in weights.Values)
        {
            using var scope = torch.NewDisposeScope();
            var old = weight.Value;
            var wanted = old.IsFloat() ? type : old.dtype;
            if (old.device.Equals(device) && old.dtype == wanted)
                continue;
            weight.Value = old.to(device).to(wanted).DetachFromDisposeScope();
            old.Dispose();
        }
    }

    /// <summary>An independent copy without gradients; the caller owns it.</summary>
    public StateDict Clone()
    {
        var copy = new StateDict { Source = Source };
        using var noGrad = torch.no_grad();
        foreach (var (name, weight) in weights)
            copy.Add(name, weight.Value.detach().clone(), weight.StoredType);
        return copy;
    }

    public void Dispose()
    {
        foreach (var weight in weights.Values)
            weight.Value.Dispose();
        weights.Clear();
    }

    internal void Rename(string oldName, string newName, params long[] newShape)
    {
        var weight = Find(oldName);
        weights.Remove(oldName);
        var tensor = weight.Value.shape.AsSpan().SequenceEqual(newShape) ? weight.Value : weight.Value.reshape(newShape);
        Add(newName, tensor, weight.StoredType);
        if (!ReferenceEquals(tensor, weight.Value))
            weight.Value.Dispose();
    }
}

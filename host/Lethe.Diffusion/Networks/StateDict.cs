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
    public void Add(string name, Tensor tensor, ScalarType? storedType = null) =>
        Add(new Weight(name, tensor.DetachFromDisposeScope(), storedType ?? tensor.dtype));

    /// <summary>Adds a tensor in half precision whose network computes in float32, and takes ownership of it.</summary>
    internal void AddNarrow(string name, Tensor tensor) =>
        Add(new Weight(name, tensor.DetachFromDisposeScope(), tensor.dtype, isNarrow: true));

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
        if (!weight.Shape.SequenceEqual(shape))
            throw new CheckpointException(
                $"{Source}: tensor `{name}` has shape `{Shapes.Text(weight.Content.shape)}`, expected `{Shapes.Text(shape)}`");
        return weight;
    }

    /// <summary>The floating-point tensors by name, in order; with <paramref name="select"/>, those whose name it accepts.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters(Func<string, bool>? select = null)
    {
        var chosen = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, weight) in weights)
        {
            if (weight.Content.IsFloat() && (select is null || select(name)))
                chosen.Add(name, weight.Value);
        }

        return chosen;
    }

    /// <summary>The number of scalars in all floating-point tensors.</summary>
    public long ParameterCount => weights.Values.Where(weight => weight.Content.IsFloat()).Sum(weight => weight.Content.numel());

    /// <summary>Switches gradients on or off for all floating-point tensors.</summary>
    public void RequireGradients(bool required)
    {
        foreach (var weight in weights.Values)
        {
            if (weight.Content.IsFloat())
                weight.Value.requires_grad = required;
        }
    }

    /// <summary>Puts all tensors on a device and the floating-point ones into a number format, one after the other.</summary>
    internal void Move(Device device, ScalarType type)
    {
        foreach (var weight in weights.Values)
        {
            using var scope = torch.NewDisposeScope();
            var old = weight.Content;
            var wanted = old.IsFloat() ? type : old.dtype;
            if (old.IsOn(device) && weight.ComputeType == wanted)
                continue;
            if (old.IsOn(device) && old.dtype == wanted)
            {
                weight.Value = old;
                continue;
            }

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
            copy.AddLike(weight, name, weight.Content.detach().clone());
        return copy;
    }

    public void Dispose()
    {
        foreach (var weight in weights.Values)
            weight.Content.Dispose();
        weights.Clear();
    }

    internal void Rename(string oldName, string newName, params long[] newShape)
    {
        var weight = Find(oldName);
        weights.Remove(oldName);
        var tensor = weight.Shape.SequenceEqual(newShape) ? weight.Content : weight.Content.reshape(newShape);
        AddLike(weight, newName, tensor);
        if (!ReferenceEquals(tensor, weight.Content))
            weight.Content.Dispose();
    }

    /// <summary>Adds a tensor that is to be computed with as another weight's is.</summary>
    internal void AddLike(Weight weight, string name, Tensor tensor) =>
        Add(new Weight(name, tensor.DetachFromDisposeScope(), weight.StoredType, weight.IsNarrow));

    private void Add(Weight weight)
    {
        if (!weights.TryAdd(weight.Name, weight))
            throw new CheckpointException($"{Source}: tensor `{weight.Name}` occurs twice");
    }
}

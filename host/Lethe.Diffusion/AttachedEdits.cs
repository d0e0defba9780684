using Lethe.Diffusion.Networks;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Lethe.Diffusion;

/// <summary>
/// The edits on a network, in the order they were attached. A parameter's value is always derived anew from the original tensor and
/// the edits on it, so detaching puts the very same tensor back.
/// </summary>
internal sealed class AttachedEdits(UNet2DConditionModel network) : IDisposable
{
    private readonly List<ModelEdit> parts = [];
    private readonly List<IDisposable> hooks = [];
    private readonly Dictionary<string, Tensor> originals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> sums = new(StringComparer.Ordinal);

    /// <summary>The rule that samplers obey, or null.</summary>
    public IGuidance? Guidance => parts.OfType<GuidanceEdit>().SingleOrDefault()?.Rule;

    public IReadOnlyList<AdapterEdit> Adapters => [.. parts.OfType<AdapterEdit>()];

    /// <summary>Whether an edit changes a parameter.</summary>
    public bool Touches(string name) => originals.ContainsKey(name);

    public IDisposable Attach(ModelEdit edit)
    {
        // Combined edits hold their parts in the order weights, low-rank, adapters, guidance.
        var added = edit is CombinedEdit combined ? combined.Parts : [edit];
        foreach (var part in added) Check(part);
        if (parts.Concat(added).OfType<GuidanceEdit>().Count() > 1)
            throw new ArgumentException("a guidance edit is attached already, and both decide how noise predictions are mixed", nameof(edit));

        parts.AddRange(added);
        if (added.OfType<AdapterEdit>().Any()) Hook();
        Derive(added.SelectMany(ParametersOf));
        return new Attachment(() => Detach(added));
    }

    /// <summary>Recomputes what depends on low-rank factors that are being trained; to be called before weights are read.</summary>
    public void Refresh()
    {
        var trained = parts.OfType<LowRankEdit>()
            .SelectMany(edit => edit.Factors)
            .Where(pair => pair.Value.Up.requires_grad || pair.Value.Down.requires_grad)
            .Select(pair => pair.Key)
            .ToList();
        if (trained.Count > 0) Derive(trained);
    }

    public void Dispose() => Detach([.. parts]);

    private void Detach(IReadOnlyList<ModelEdit> removed)
    {
        foreach (var part in removed) parts.Remove(part);
        if (removed.OfType<AdapterEdit>().Any()) Hook();
        Derive(removed.SelectMany(ParametersOf));
    }

    private void Derive(IEnumerable<string> names)
    {
        foreach (var name in names.Distinct())
        {
            var weight = network.Weights.Find(name);
            originals.TryAdd(name, weight.Value);
            sums.Remove(name, out var old);
            weight.Value = ValueOf(name);
            old?.Dispose();
            if (!parts.Any(part => ParametersOf(part).Contains(name))) originals.Remove(name);
        }
    }

    private Tensor ValueOf(string name)
    {
        using var scope = torch.NewDisposeScope();
        var value = originals[name];
        Tensor? sum = null;
        foreach (var part in parts)
        {
            if (part is WeightEdit weights && weights.Tensors.TryGetValue(name, out var replacement))
            {
                // An edit made or read elsewhere serves a network that computes on another device or in half precision.
                var here = replacement.IsOn(value.device) && replacement.dtype == value.dtype;
                value = here ? replacement : replacement.to(value);
                sum = here ? null : value;
            }
            if (part is LowRankEdit lowRank && lowRank.Factors.TryGetValue(name, out var factors))
                value = sum = value + (lowRank.Scale * factors.Up.matmul(factors.Down).reshape(value.shape)).to(value);
        }
        if (sum is not null) sums.Add(name, sum.DetachFromDisposeScope());
        return value;
    }

    /// <summary>Hooks are made anew whenever an adapter comes or goes, because adapters may act jointly.</summary>
    private void Hook()
    {
        foreach (var hook in hooks) hook.Dispose();
        hooks.Clear();
        foreach (var module in Acting())
            hooks.AddRange(network.CrossAttentionProjections.Select(projection => projection.Attach((text, projected) => module.Apply(
                CrossAttentionLayers.Of(network, projection), projection.IsKey ? Projection.Key : Projection.Value, text, projected))));
    }

    private List<IProjectionAdapter> Acting()
    {
        var acting = new List<IProjectionAdapter>();
        foreach (var module in Adapters.Select(edit => edit.Module))
        {
            var joined = acting.Select((earlier, at) => (at, joint: (earlier as IJoiningAdapter)?.TryJoin(module))).FirstOrDefault(pair => pair.joint is not null);
            if (joined.joint is null) acting.Add(module);
            else acting[joined.at] = joined.joint;
        }
        return acting;
    }

    private void Check(ModelEdit part)
    {
        if (parts.Contains(part)) throw new ArgumentException($"this {part.Kind} edit is attached already", nameof(part));
        foreach (var name in ParametersOf(part))
        {
            if (!network.Weights.Contains(name))
                throw new ArgumentException($"the {part.Kind} edit names `{name}`, which the network does not have", nameof(part));
            var current = network.Weights[name];
            foreach (var tensor in TensorsFor(part, name))
                if (tensor.dtype != current.dtype && tensor.dtype != ScalarType.Float32)
                    throw new ArgumentException(
                        $"the {part.Kind} edit holds `{name}` as {tensor.dtype}, expected {current.dtype}", nameof(part));
            var (shape, fits) = part switch
            {
                WeightEdit weights => (weights.Tensors[name].shape, weights.Tensors[name].shape.SequenceEqual(current.shape)),
                LowRankEdit lowRank => Product(lowRank.Factors[name], current.shape),
                _ => ([], true),
            };
            if (!fits)
                throw new ArgumentException(
                    $"the {part.Kind} edit has shape `{Shapes.Text(shape)}` for `{name}`, expected `{Shapes.Text(current.shape)}`", nameof(part));
        }
    }

    /// <summary>A convolution's factors are those of its kernel flattened to <c>[out, in * h * w]</c>.</summary>
    private static (long[] Shape, bool Fits) Product(LowRankFactors factors, long[] wanted)
    {
        var (up, down) = (factors.Up.shape, factors.Down.shape);
        if (up.Length != 2 || down.Length != 2 || up[1] != down[0]) return ([.. up, .. down], false);
        return ([up[0], down[1]], up[0] == wanted[0] && down[1] == wanted[1..].Aggregate(1L, (a, b) => a * b));
    }

    private static IEnumerable<string> ParametersOf(ModelEdit part) => part switch
    {
        WeightEdit weights => weights.Tensors.Keys,
        LowRankEdit lowRank => lowRank.Factors.Keys,
        _ => [],
    };

    private static IEnumerable<Tensor> TensorsFor(ModelEdit part, string name) => part switch
    {
        WeightEdit weights => [weights.Tensors[name]],
        LowRankEdit lowRank => [lowRank.Factors[name].Up, lowRank.Factors[name].Down],
        _ => [],
    };

    private sealed class Attachment(Action detach) : IDisposable
    {
        private Action? detach = detach;

        public void Dispose() => Interlocked.Exchange(ref detach, null)?.Invoke();
    }
}

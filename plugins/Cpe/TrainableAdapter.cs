using Lethe.Sdk.Diffusion;

namespace Lethe.Plugins.Cpe;

/// <summary>One concept's adapter while it is trained: the projections' maps side by side, so that one product serves all.</summary>
internal sealed class TrainableAdapter : IDisposable
{
    private readonly AdapterLayout _layout;
    private readonly AdapterShape _shape;

    private TrainableAdapter(AdapterLayout layout, AdapterShape shape, Func<string, Tensor> values)
    {
        (_layout, _shape) = (layout, shape);
        Query = TrainableParameters.Leaf(values("query"));
        // Deviation: where the queries serve as keys the authors keep A' as it was drawn; it is stored, not trained.
        Key = TrainableParameters.Leaf(values("key"), shape.Attention == AttentionForm.QueryKey);
        Scaler = TrainableParameters.Leaf(values("scaler"));
        Down = TrainableParameters.Leaf(values("down"));
        Up = TrainableParameters.Leaf(values("up"));
    }

    /// <summary><c>A [D, g]</c>.</summary>
    public Parameter Query { get; }

    /// <summary><c>A' [D, g]</c>.</summary>
    public Parameter Key { get; }

    /// <summary><c>b [D, 1]</c>.</summary>
    public Parameter Scaler { get; }

    /// <summary><c>Dn [D, n r]</c>.</summary>
    public Parameter Down { get; }

    /// <summary><c>Up [r, sum d]</c>.</summary>
    public Parameter Up { get; }

    /// <summary>The projections that it adds to.</summary>
    public AdapterLayout Layout => _layout;

    /// <summary>What an optimiser trains.</summary>
    public IReadOnlyList<Parameter> Trained =>
        !_shape.Gated ? [Down, Up] : _shape.Attention == AttentionForm.QueryKey ? [Query, Key, Scaler, Down, Up] : [Query, Scaler, Down, Up];

    /// <summary>A fresh adapter: it changes nothing, because <c>Up</c> is zero, and its gate is one half everywhere.</summary>
    /// <param name="layout">The projections.</param>
    /// <param name="shape">Ranks and formula.</param>
    /// <param name="generator">Draws it.</param>
    /// <param name="queryBound">Largest first value of <c>A</c>; null takes the authors'.</param>
    public static TrainableAdapter Create(AdapterLayout layout, AdapterShape shape, torch.Generator generator, double? queryBound = null)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var width = layout.TextWidth;
        // The authors' start. Logits are quadratic in A, so A leaves zero only because AdamW divides by the gradient's size.
        var a = queryBound ?? 1 / Math.Sqrt(width * (double)shape.GateRank) / ((double)width * width);
        var c = 1 / Math.Sqrt(width * (double)shape.Rank);
        var query = Uniform(a, width, shape.GateRank);
        var key = Uniform(a, width, shape.GateRank);
        var down = Uniform(c, width, layout.Projections.Count * shape.Rank);
        return new TrainableAdapter(layout, shape, name => name switch
        {
            "query" => query,
            "key" => key,
            "scaler" => torch.zeros([width, 1]),
            "down" => down,
            _ => torch.zeros([shape.Rank, layout.TotalWidth]),
        });

        Tensor Uniform(double bound, long rows, long columns) => torch.empty([rows, columns]).uniform_(-bound, bound, generator);
    }

    /// <summary>An adapter as <see cref="State"/> gave it.</summary>
    public static TrainableAdapter Restore(AdapterLayout layout, AdapterShape shape, IReadOnlyDictionary<string, Tensor> state)
    {
        using var scope = torch.NewDisposeScope();
        return new TrainableAdapter(layout, shape, name => state[name].clone());
    }

    /// <summary>Its tensors by short name, not copied.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State =>
    [
        new("query", Query), new("key", Key), new("scaler", Scaler), new("down", Down), new("up", Up),
    ];

    /// <summary><c>h = alpha/r * gamma C Dn</c> of every projection, <c>[n, T, n_projections r]</c>.</summary>
    /// <param name="states"><c>[n, T, D]</c>.</param>
    /// <param name="frozen">Gradients go to the states alone.</param>
    public Tensor Codes(Tensor states, bool frozen = false)
    {
        var query = _shape.Gated ? Own(Query) : null;
        var key = _shape.Attention == AttentionForm.QueryKey ? Own(Key) : null;
        return ResidualAttentionGate.Codes(states, query, key, Own(Scaler), Own(Down)) * (_shape.Alpha / _shape.Rank);

        Tensor Own(Parameter parameter) => frozen ? parameter.detach() : parameter;
    }

    /// <summary>Copies under the names and in the shapes of adapter files; the caller disposes them.</summary>
    public SortedDictionary<string, Tensor> ToFile()
    {
        using var still = torch.no_grad();
        var tensors = new SortedDictionary<string, Tensor>(StringComparer.Ordinal)
        {
            [ConceptAdapter.QueryName] = Copy(Query),
            [ConceptAdapter.KeyName] = Copy(Key),
            [ConceptAdapter.ScalerName] = Copy(Scaler),
        };
        for (var p = 0; p < _layout.Projections.Count; p++)
        {
            using var scope = torch.NewDisposeScope();
            var projection = _layout.Projections[p];
            tensors[ConceptAdapter.AlphaName(projection.Name)] = torch.tensor((float)_shape.Alpha).DetachFromDisposeScope();
            tensors[ConceptAdapter.DownName(projection.Name)] = Copy(Down.narrow(1, p * _shape.Rank, _shape.Rank));
            tensors[ConceptAdapter.UpName(projection.Name)] = Copy(Up.narrow(1, projection.Offset, projection.Width));
        }

        return tensors;
    }

    /// <summary>The settings that belong to <see cref="ToFile"/>.</summary>
    /// <param name="prompts">What it erases, comma separated.</param>
    public IReadOnlyDictionary<string, string> Settings(string prompts) =>
        ConceptAdapter.Settings(_shape.Rank, _shape.Alpha, prompts, _shape.Attention, _shape.Gated);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, tensor) in State)
            tensor.Dispose();
    }

    private static Tensor Copy(Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        return tensor.detach().unsqueeze(0).clone().contiguous().DetachFromDisposeScope();
    }
}

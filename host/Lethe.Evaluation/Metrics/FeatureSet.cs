namespace Lethe.Evaluation.Metrics;

/// <summary>Features of a set of pictures: one row per picture, all from one network. Holds plain numbers, so nothing is to dispose.</summary>
public sealed class FeatureSet
{
    /// <summary>Takes the rows; neither list is copied.</summary>
    /// <param name="network">Which network made them, with a mark of its weights; sets of different networks are never compared.</param>
    /// <param name="dimensions">Numbers per row.</param>
    /// <param name="values">All rows, one after the other.</param>
    /// <param name="groups">The prompt of each row, when rows of one prompt belong together; null when every row stands alone.</param>
    /// <exception cref="ArgumentException">The counts do not fit, or a number is not finite.</exception>
    public FeatureSet(string network, int dimensions, float[] values, IReadOnlyList<string>? groups = null)
    {
        if (dimensions < 1 || values.Length % dimensions != 0)
            throw new ArgumentException($"{values.Length} numbers make no rows of {dimensions}, expected a multiple of at least 1", nameof(values));
        if (groups is not null && groups.Count != values.Length / dimensions)
            throw new ArgumentException($"{groups.Count} groups for {values.Length / dimensions} rows, expected one for each", nameof(groups));
        if (Array.FindIndex(values, value => !float.IsFinite(value)) is >= 0 and var at)
            throw new ArgumentException(
                $"feature {at % dimensions} of row {at / dimensions} of `{network}` is `{values[at]}`, expected a finite number", nameof(values));
        (Network, Dimensions, Values, Groups) = (network, dimensions, values, groups);
    }

    /// <summary>Which network made the features.</summary>
    public string Network { get; }

    /// <summary>Numbers per row.</summary>
    public int Dimensions { get; }

    /// <summary>Rows, one per picture.</summary>
    public int Count => Values.Length / Dimensions;

    /// <summary>The prompt of each row; null when every row stands alone.</summary>
    public IReadOnlyList<string>? Groups { get; }

    internal float[] Values { get; }

    /// <summary>Reads a tensor <c>[N, D]</c> of any float type; it is not disposed.</summary>
    public static FeatureSet From(string network, Tensor features, IReadOnlyList<string>? groups = null)
    {
        if (features.dim() != 2 || features.size(1) is < 1 or > int.MaxValue)
            throw new ArgumentException($"features have shape `[{string.Join(", ", features.shape)}]`, expected `[N, D]`", nameof(features));
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        return new FeatureSet(network, (int)features.size(1), features.to(torch.float32).contiguous().data<float>().ToArray(), groups);
    }

    /// <summary>One picture's features.</summary>
    public ReadOnlySpan<float> Row(int row) => Values.AsSpan(row * Dimensions, Dimensions);

    /// <summary>The rows of the given numbers, in that order.</summary>
    public FeatureSet Pick(IReadOnlyList<int> rows)
    {
        var picked = new float[rows.Count * Dimensions];
        for (var i = 0; i < rows.Count; i++)
            Row(rows[i]).CopyTo(picked.AsSpan(i * Dimensions));
        return new FeatureSet(Network, Dimensions, picked, Groups is null ? null : [.. rows.Select(row => Groups[row])]);
    }

    /// <summary>The same rows with the prompt of each.</summary>
    public FeatureSet WithGroups(IReadOnlyList<string>? groups) => new(Network, Dimensions, Values, groups);

    /// <summary>All rows of sets of one network, one set after the other.</summary>
    public static FeatureSet Concat(IReadOnlyList<FeatureSet> sets)
    {
        if (sets.Count == 0)
            throw new ArgumentException("no features at all, expected at least one set", nameof(sets));
        foreach (var set in sets)
            sets[0].MustMatch(set);
        var groups = sets.All(set => set.Groups is not null) ? sets.SelectMany(set => set.Groups!).ToList() : null;
        return new FeatureSet(sets[0].Network, sets[0].Dimensions, [.. sets.SelectMany(set => set.Values)], groups);
    }

    /// <summary>All rows in double precision, <c>[N, D]</c>; the caller disposes them.</summary>
    internal Tensor Rows()
    {
        using var single = torch.tensor(Values, [Count, Dimensions]);
        return single.to(torch.float64);
    }

    internal void MustMatch(FeatureSet other)
    {
        if (other.Network != Network || other.Dimensions != Dimensions)
            throw new ArgumentException(
                $"features of `{other.Network}` ({other.Dimensions} dimensions) compared with `{Network}` ({Dimensions}), expected one network");
    }

    internal void MustHave(int rows, string what)
    {
        if (Count < rows)
            throw new ArgumentException($"{what} of {Count} pictures (`{Network}`), expected at least {rows}");
    }
}

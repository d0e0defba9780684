using System.Globalization;

namespace Lethe.Sdk.Erasers;

/// <summary>Adds <c>Scale Up Down</c> to named parameters.</summary>
public sealed class LowRankEdit : ModelEdit
{
    internal LowRankEdit(IReadOnlyDictionary<string, LowRankFactors> factors, double scale)
    {
        ArgumentNullException.ThrowIfNull(factors);
        Factors = factors;
        Scale = scale;
        var tensors = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, pair) in factors)
        {
            tensors.Add(name + ".down", pair.Down);
            tensors.Add(name + ".up", pair.Up);
        }

        Tensors = tensors;
        Settings = new Dictionary<string, string> { ["scale"] = scale.ToString("R", CultureInfo.InvariantCulture) };
    }

    /// <inheritdoc/>
    public override string Kind => "low-rank";

    /// <summary>Factors by diffusers parameter name.</summary>
    public IReadOnlyDictionary<string, LowRankFactors> Factors { get; }

    /// <summary>Multiplies every product.</summary>
    public double Scale { get; }

    /// <summary>The factors as <c>name.down</c> and <c>name.up</c>.</summary>
    public override IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary><c>scale</c>.</summary>
    public override IReadOnlyDictionary<string, string> Settings { get; }

    internal override int Order => 1;
}

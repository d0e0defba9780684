using System.Globalization;

namespace Lethe.Diffusion.Networks;

/// <summary>A place inside a network's name space, from which layers take their weights.</summary>
internal readonly record struct WeightScope(StateDict Weights, string Prefix = "")
{
    public WeightScope this[string child] => new(Weights, Prefix.Length == 0 ? child : $"{Prefix}.{child}");

    public WeightScope this[int index] => this[index.ToString(CultureInfo.InvariantCulture)];

    public Weight Require(string leaf, params long[] shape) => Weights.Require(this[leaf].Prefix, shape);
}

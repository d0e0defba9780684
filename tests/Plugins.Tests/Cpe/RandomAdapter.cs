using Lethe.Plugins.Cpe;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Plugins.Tests.Cpe;

/// <summary>Adapters with lively random values for small networks.</summary>
internal static class RandomAdapter
{
    public const int Width = 12, Tokens = 7;

    public static IReadOnlyList<CrossAttentionLayer> Layers(ScalarType type = ScalarType.Float32, int seed = 3)
    {
        using var generator = new torch.Generator((ulong)seed);
        return [.. new[] { ("down_blocks.0.attentions.0", 8L), ("mid_block.attentions.0", 6L) }.Select(pair => SdModel.Layer(
            pair.Item1 + ".transformer_blocks.0.attn2",
            torch.randn([pair.Item2, Width], type, generator: generator), torch.randn([pair.Item2, Width], type, generator: generator)))];
    }

    public static SortedDictionary<string, Tensor> Tensors(AdapterLayout layout, int seed, int rank = 2, int gateRank = 3, float alpha = 1)
    {
        using var generator = new torch.Generator((ulong)seed);
        var tensors = new SortedDictionary<string, Tensor>(StringComparer.Ordinal)
        {
            [ConceptAdapter.QueryName] = Random(layout.TextWidth, gateRank),
            [ConceptAdapter.KeyName] = Random(layout.TextWidth, gateRank),
            [ConceptAdapter.ScalerName] = Random(layout.TextWidth, 1),
        };
        foreach (var projection in layout.Projections)
        {
            tensors[ConceptAdapter.AlphaName(projection.Name)] = torch.tensor(alpha);
            tensors[ConceptAdapter.DownName(projection.Name)] = Random(layout.TextWidth, rank);
            tensors[ConceptAdapter.UpName(projection.Name)] = Random(rank, projection.Width);
        }

        return tensors;

        Tensor Random(long rows, long columns) => torch.randn([1, rows, columns], generator: generator) * 0.4;
    }

    public static CpeAdapter Module(AdapterLayout layout, params int[] seeds) =>
        new([.. seeds.Select(seed => Concept(layout, Tensors(layout, seed)))]);

    public static ConceptAdapter Concept(AdapterLayout layout, IReadOnlyDictionary<string, Tensor> tensors, string? attention = null) =>
        ConceptAdapter.Of(layout, tensors, attention is null ? [] : new Dictionary<string, string> { ["attention"] = attention });

    public static Tensor States(int batch = 2, int seed = 11)
    {
        using var generator = new torch.Generator((ulong)seed);
        return torch.randn([batch, Tokens, Width], generator: generator);
    }

    /// <summary>All keys and values of states, adapter applied, side by side.</summary>
    public static Tensor Project(IProjectionAdapter? adapter, IReadOnlyList<CrossAttentionLayer> layers, Tensor states) =>
        torch.cat([.. layers.SelectMany(layer => new[] { Projection.Key, Projection.Value }.Select(projection =>
        {
            var projected = torch.nn.functional.linear(states, projection == Projection.Key ? layer.KeyWeight : layer.ValueWeight);
            return adapter?.Apply(layer, projection, states, projected) ?? projected;
        }))], 2);
}

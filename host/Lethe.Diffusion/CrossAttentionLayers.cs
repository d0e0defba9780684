using Lethe.Diffusion.Networks;
using Lethe.Sdk.Diffusion;

namespace Lethe.Diffusion;

/// <summary>A U-Net's cross-attention layers as the SDK names them.</summary>
internal static class CrossAttentionLayers
{
    /// <summary>In diffusers' registration order, which saved edits of the papers' code follow: down, up, mid.</summary>
    public static IReadOnlyList<CrossAttentionLayer> Of(UNet2DConditionModel network) =>
        [.. network.CrossAttentionProjections.Where(p => p.IsKey).Select(key => Of(network, key)).OrderBy(Rank)];

    /// <summary>The layer that a projection belongs to, with the weights it has now.</summary>
    public static CrossAttentionLayer Of(UNet2DConditionModel network, CrossAttentionProjection projection)
    {
        var name = projection.Name[..projection.Name.LastIndexOf('.')];
        return new CrossAttentionLayer
        {
            Name = name,
            KeyWeight = network.Weights[name + ".to_k.weight"],
            ValueWeight = network.Weights[name + ".to_v.weight"],
        };
    }

    private static int Rank(CrossAttentionLayer layer) => layer.Name[0] switch { 'd' => 0, 'u' => 1, _ => 2 };
}

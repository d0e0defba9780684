using Lethe.Sdk.Diffusion;

namespace Lethe.Plugins.Cpe;

/// <summary>One adapted projection: where it is and how wide.</summary>
/// <param name="Name">Name in adapter files, e.g. <c>lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k</c>.</param>
/// <param name="Layer">Module path of the layer.</param>
/// <param name="Projection">Keys or values.</param>
/// <param name="Offset">Its first row among the rows of all projections.</param>
/// <param name="Width">Its number of rows d.</param>
internal sealed record AdaptedProjection(string Name, string Layer, Projection Projection, long Offset, long Width);

/// <summary>The projections that CPE adapts: keys and values of every cross-attention layer, 32 in Stable Diffusion 1.x.</summary>
internal sealed class AdapterLayout
{
    private readonly Dictionary<string, AdaptedProjection> _byName = new(StringComparer.Ordinal);

    public AdapterLayout(IReadOnlyList<CrossAttentionLayer> layers)
    {
        var projections = new List<AdaptedProjection>();
        foreach (var layer in layers)
        {
            Add(layer, Projection.Key, layer.KeyWeight.shape[0]);
            Add(layer, Projection.Value, layer.ValueWeight.shape[0]);
        }

        Projections = projections;
        TextWidth = layers[0].KeyWeight.shape[1];

        void Add(CrossAttentionLayer layer, Projection projection, long width)
        {
            var adapted = new AdaptedProjection(NameOf(layer.Name, projection), layer.Name, projection, TotalWidth, width);
            projections.Add(adapted);
            _byName.Add(adapted.Name, adapted);
            TotalWidth += width;
        }
    }

    /// <summary>Keys and values in the network's order of layers.</summary>
    public IReadOnlyList<AdaptedProjection> Projections { get; }

    /// <summary>Width D of the text states.</summary>
    public long TextWidth { get; }

    /// <summary>Sum of d over all projections, 24960 in Stable Diffusion 1.x.</summary>
    public long TotalWidth { get; private set; }

    /// <summary>The projection of a name in adapter files, or null.</summary>
    public AdaptedProjection? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>A projection's name in adapter files.</summary>
    public static string NameOf(string layer, Projection projection) =>
        $"lora_unet_{layer.Replace('.', '_')}_{(projection == Projection.Key ? "to_k" : "to_v")}";
}

namespace Lethe.Plugins.RealEra;

/// <summary>Which layers get low-rank factors.</summary>
public enum LowRankLayers
{
    /// <summary>Keys and values of cross-attention, the layers that the closed form edits.</summary>
    KeysValues,

    /// <summary>Queries and outputs of cross-attention too.</summary>
    CrossAttention,
}

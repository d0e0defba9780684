namespace Lethe.Sdk.Diffusion;

/// <summary>The two ways in which cross-attention reads the text states.</summary>
public enum Projection
{
    /// <summary><c>to_k</c>: where to look.</summary>
    Key,

    /// <summary><c>to_v</c>: what to take.</summary>
    Value,
}

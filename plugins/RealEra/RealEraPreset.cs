namespace Lethe.Plugins.RealEra;

/// <summary>Settings to start from.</summary>
public enum RealEraPreset
{
    /// <summary>By the model: `emoji` for narrow text encoders, otherwise `sd14`.</summary>
    Auto,

    /// <summary>The paper's, for Stable Diffusion 1.x, with its gaps filled as the README says.</summary>
    Sd14,

    /// <summary>Ours, for the built-in model.</summary>
    Emoji,
}

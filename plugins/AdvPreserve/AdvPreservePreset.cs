namespace Lethe.Plugins.AdvPreserve;

/// <summary>Values that options left out take.</summary>
public enum AdvPreservePreset
{
    /// <summary>By the model: `emoji` for narrow text encoders, otherwise `sd14`.</summary>
    Auto,

    /// <summary>Those of the paper for Stable Diffusion 1.4.</summary>
    Sd14,

    /// <summary>Ours, for the built-in model.</summary>
    Emoji,
}

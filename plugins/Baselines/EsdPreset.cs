namespace Lethe.Plugins.Baselines;

/// <summary>Values that options left out take.</summary>
public enum EsdPreset
{
    /// <summary>By the model: `emoji` for narrow text encoders, otherwise `sd14`.</summary>
    Auto,

    /// <summary>Those of the authors' first program, which published comparisons use.</summary>
    Sd14,

    /// <summary>Ours, for the built-in model.</summary>
    Emoji,
}

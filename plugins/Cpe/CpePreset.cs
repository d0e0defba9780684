namespace Lethe.Plugins.Cpe;

/// <summary>Published settings, and one of ours.</summary>
public enum CpePreset
{
    /// <summary>By the model and the concept: `emoji` for narrow text encoders, otherwise `artist` for styles and `celebrity` for objects.</summary>
    Auto,

    /// <summary>Table "celebrities": sentences about a person.</summary>
    Celebrity,

    /// <summary>Table "artistic styles": sentences about paintings.</summary>
    Artist,

    /// <summary>Table "explicit contents": captions, everyday sentences as anchors.</summary>
    Explicit,

    /// <summary>Ours, for the built-in model.</summary>
    Emoji,
}

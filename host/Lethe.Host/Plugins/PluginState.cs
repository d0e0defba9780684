namespace Lethe.Host.Plugins;

/// <summary>How far a plugin came.</summary>
public enum PluginState
{
    /// <summary>Not loaded; its diagnostics say why.</summary>
    Refused,

    /// <summary>Nothing speaks against it; not loaded, because nobody asked for it.</summary>
    Judged,

    /// <summary>Loaded, its exports are known.</summary>
    Ready,
}

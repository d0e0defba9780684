namespace Lethe.Plugins.Cpe;

/// <summary>A part of the method, with or without.</summary>
public enum Switch
{
    /// <summary>With it.</summary>
    On,

    /// <summary>Without it.</summary>
    Off,
}

using System.ComponentModel;

namespace Lethe.Sdk.Erasers;

/// <summary>The values of an <see cref="EraserAttribute"/>, as composition hands them to the host.</summary>
public sealed class EraserMetadata
{
    // Composition fills a plain class through its setters; a key that an older plugin does not carry needs a default value.

    /// <summary>The id that policies name.</summary>
    [DefaultValue("")]
    public string Id { get; set; } = "";

    /// <summary>One sentence for menus and lists.</summary>
    [DefaultValue("")]
    public string Description { get; set; } = "";

    /// <summary>The type of the options record; null when the eraser has none.</summary>
    [DefaultValue(null)]
    public Type? Options { get; set; }

    /// <summary>The eraser takes one concept a request.</summary>
    [DefaultValue(false)]
    public bool OneConceptAtATime { get; set; }
}

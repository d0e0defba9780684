using System.Composition;

namespace Lethe.Sdk.Erasers;

/// <summary>Exports a class as an eraser. The host reads the values before it constructs the class.</summary>
/// <param name="id">The plugin's id, or the plugin's id with a dot and more after it; a lower-case literal, never <c>nameof</c>.</param>
/// <param name="description">One sentence for menus and lists.</param>
[MetadataAttribute]
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class EraserAttribute(string id, string description) : ExportAttribute(typeof(IEraser))
{
    /// <summary>The id that policies name.</summary>
    public string Id { get; } = id;

    /// <summary>One sentence for menus and lists.</summary>
    public string Description { get; } = description;

    /// <summary>
    /// A record with a parameterless constructor whose <c>init</c> properties are the options; a policy's kebab-case keys are bound to
    /// it. Null when the eraser has none.
    /// </summary>
    public Type? Options { get; set; }

    /// <summary>The eraser takes one concept a request; the host calls it once for each.</summary>
    public bool OneConceptAtATime { get; set; }
}

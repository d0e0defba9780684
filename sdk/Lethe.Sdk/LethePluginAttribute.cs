namespace Lethe.Sdk;

/// <summary>
/// Marks an assembly as a Lethe plugin. The host reads it from the file's metadata before anything of the plugin is loaded,
/// so both values must be literals.
/// </summary>
/// <param name="id">
/// Lower-case id, dotted for third parties (<c>acme.shift</c>). It is written into lock files and policies: never derive it from a
/// type name with <c>nameof</c>, since a rename would then break every user's files.
/// </param>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class LethePluginAttribute(string id) : Attribute
{
    /// <summary>The plugin's id.</summary>
    public string Id { get; } = id;

    /// <summary>
    /// Contract versions that the author has tested, as an interval such as <c>[1.2,3.0)</c>. Null means the default rule: the same
    /// major version, and a minor version no newer than the host's.
    /// </summary>
    public string? SdkRange { get; set; }

    /// <summary>
    /// Ids of exports that do not begin with the plugin's id and a dot, separated by commas. Bundles of several algorithms need it.
    /// </summary>
    public string? Exports { get; set; }
}

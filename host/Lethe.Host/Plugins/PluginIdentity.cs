namespace Lethe.Host.Plugins;

/// <summary>What a plugin's main assembly says about itself, read from metadata without running anything.</summary>
public sealed record PluginIdentity
{
    /// <summary>The plugin's id.</summary>
    public required string Id { get; init; }

    /// <summary>The plugin's own version, as its author wrote it.</summary>
    public required string Version { get; init; }

    /// <summary>Contract version it was built against.</summary>
    public required Version Sdk { get; init; }

    /// <summary>Contract versions the author has tested; null for the default rule.</summary>
    public string? SdkRange { get; init; }

    /// <summary>Ids of exports that need not begin with <see cref="Id"/>.</summary>
    public IReadOnlyList<string> Exports { get; init; } = [];

    /// <summary>Whether an export's id belongs to this plugin.</summary>
    public bool Owns(string exportId) =>
        exportId == Id || exportId.StartsWith(Id + ".", StringComparison.Ordinal) || Exports.Contains(exportId, StringComparer.Ordinal);
}

using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Plugins;

/// <summary>A plugin folder and what became of it.</summary>
public sealed class InstalledPlugin
{
    /// <summary>Where it lies.</summary>
    public required PluginFolder Folder { get; init; }

    /// <summary>What its assembly says about itself; null when that cannot be read.</summary>
    public PluginIdentity? Identity { get; init; }

    /// <summary>The plugin's id, or its folder's name when it has none.</summary>
    public string Id => Identity?.Id ?? Folder.Name;

    /// <summary>Its files with their hashes; empty when they cannot be read.</summary>
    public IReadOnlyList<PluginFile> Files { get; init; } = [];

    /// <summary>How far it came.</summary>
    public PluginState State { get; init; }

    /// <summary>Whether it was loaded although no lock file agrees to its files.</summary>
    public bool LockIgnored => Diagnostics.Any(diagnostic => diagnostic.Id == DiagnosticId.LockIgnored);

    /// <summary>What it offers.</summary>
    public IReadOnlyList<InstalledEraser> Erasers { get; init; } = [];

    /// <summary>Why it was refused, and warnings.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; init; } = [];
}

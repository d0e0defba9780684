using Lethe.Sdk.Erasers;

namespace Lethe.Host.Runs;

/// <summary>An eraser that a run can use, with where it comes from.</summary>
public sealed record EraserSource
{
    /// <summary>Id, description and options type.</summary>
    public required EraserMetadata Metadata { get; init; }

    /// <summary>Id of the plugin.</summary>
    public required string Plugin { get; init; }

    /// <summary>Version of the plugin.</summary>
    public required string PluginVersion { get; init; }

    /// <summary>SHA-256 over the plugin folder's files.</summary>
    public required string PluginSha256 { get; init; }

    /// <summary>No lock file agrees to the plugin's files; it was loaded on request.</summary>
    public bool LockIgnored { get; init; }

    /// <summary>Constructs it; may throw whatever the plugin throws.</summary>
    public required Func<IEraser> Create { get; init; }
}

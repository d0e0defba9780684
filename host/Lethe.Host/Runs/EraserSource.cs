using Lethe.Sdk.Erasers;

namespace Lethe.Host.Runs;

/// <summary>An eraser that a run can use, with where it comes from.</summary>
public sealed record EraserSource
{
    /// <summary>Id, description and options type.</summary>
    public required EraserMetadata Metadata { get; init; }

    /// <summary>The plugin that holds it.</summary>
    public required PluginStamp Plugin { get; init; }

    /// <summary>Constructs it; may throw whatever the plugin throws.</summary>
    public required Func<IEraser> Create { get; init; }
}

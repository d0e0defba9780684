using System.Diagnostics.CodeAnalysis;
using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Plugins;

/// <summary>An eraser that a loaded plugin offers; constructed on first use.</summary>
public sealed class InstalledEraser
{
    private readonly Lazy<IEraser, EraserMetadata> _export;

    internal InstalledEraser(PluginIdentity plugin, Lazy<IEraser, EraserMetadata> export)
    {
        Plugin = plugin;
        _export = export;
    }

    /// <summary>The plugin that brings it.</summary>
    public PluginIdentity Plugin { get; }

    /// <summary>The id that policies name.</summary>
    public string Id => Metadata.Id;

    /// <summary>Id, description and type of the options.</summary>
    public EraserMetadata Metadata => _export.Metadata;

    /// <summary>Constructs the eraser, or returns the one constructed before.</summary>
    /// <param name="eraser">The eraser.</param>
    /// <param name="problem">Why the plugin could not construct it.</param>
    public bool TryCreate([NotNullWhen(true)] out IEraser? eraser, [NotNullWhen(false)] out Diagnostic? problem)
    {
        (eraser, problem) = (null, null);
        try
        {
            eraser = _export.Value;
            return true;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            problem = Diagnostic.Error(DiagnosticId.ConstructorFailed,
                $"eraser `{Id}` of plugin `{Plugin.Id}` cannot be constructed: {PluginComposition.Sentence(failure)}");
            return false;
        }
    }
}

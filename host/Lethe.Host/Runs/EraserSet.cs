using Lethe.Host.Plugins;
using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Runs;

/// <summary>The erasers of all plugins that were admitted, as runs use them. Dispose it after the last run.</summary>
public sealed class EraserSet : IDisposable
{
    private readonly PluginCatalog _catalog;

    private EraserSet(PluginCatalog catalog)
    {
        _catalog = catalog;
        var hashes = catalog.Plugins.ToDictionary(plugin => plugin.Folder.FullPath,
            plugin => FileHash.OfList(plugin.Files.Select(file => new HashedFile(file.Path, file.Sha256))));
        Sources = catalog.Plugins.SelectMany(plugin => plugin.Erasers.Select(eraser => new EraserSource
        {
            Metadata = eraser.Metadata,
            Plugin = new PluginStamp(eraser.Plugin.Id, eraser.Plugin.Version, hashes[plugin.Folder.FullPath], plugin.LockIgnored ? true : null),
            Create = () => eraser.TryCreate(out var made, out var problem) ? made : throw new RunException(ExitCode.PluginRefused, [problem]),
        })).ToDictionary(source => source.Metadata.Id, StringComparer.Ordinal);
    }

    /// <summary>Erasers by id.</summary>
    public IReadOnlyDictionary<string, EraserSource> Sources { get; }

    /// <summary>The erasers of loaded plugins; takes over the catalog.</summary>
    public static EraserSet Of(PluginCatalog catalog) => new(catalog);

    /// <summary>Constructs an eraser.</summary>
    /// <exception cref="RunException">There is none of this id, or it cannot be constructed.</exception>
    public IEraser Create(string id) => Sources.TryGetValue(id, out var source)
        ? source.Create()
        : throw new RunException(ExitCode.PluginRefused, RefusalsFor(id) is { Count: > 0 } refusals
            ? refusals
            : [Diagnostic.Error(DiagnosticId.UnknownEraser, $"unknown eraser `{id}`", hint: "`lethe plugins list` shows what is installed")]);

    /// <summary>Why an eraser is not there although a plugin claims it.</summary>
    public IReadOnlyList<Diagnostic> RefusalsFor(string id) => _catalog.WhyMissing(id);

    /// <inheritdoc/>
    public void Dispose() => _catalog.Dispose();
}

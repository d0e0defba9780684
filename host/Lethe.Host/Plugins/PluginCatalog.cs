using System.Composition.Hosting;
using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Erasers;
using McMaster.NETCore.Plugins;

namespace Lethe.Host.Plugins;

/// <summary>
/// Every plugin below some roots: those that are ready, and those that were refused, with the reasons. One broken plugin never stops
/// another: no step of the loop throws.
/// </summary>
public sealed class PluginCatalog : IDisposable
{
    private readonly List<(CompositionHost Container, PluginLoader Loader)> _loaded = [];
    private readonly Func<PluginIdentity, bool> _open;
    private readonly bool _collectible;
    private readonly Dictionary<string, InstalledEraser> _erasers = new(StringComparer.Ordinal);
    private readonly List<InstalledPlugin> _plugins = [];
    private readonly List<Diagnostic> _own = [];

    private PluginCatalog(Func<PluginIdentity, bool> open, bool collectible) => (_open, _collectible) = (open, collectible);

    /// <summary>Plugins in the order of discovery.</summary>
    public IReadOnlyList<InstalledPlugin> Plugins => _plugins;

    /// <summary>Erasers of all ready plugins by id.</summary>
    public IReadOnlyDictionary<string, InstalledEraser> Erasers => _erasers;

    /// <summary>What is wrong with the roots themselves.</summary>
    public IReadOnlyList<Diagnostic> RootDiagnostics => _own;

    /// <summary>What is wrong with the roots and with each plugin.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => [.. _own, .. _plugins.SelectMany(plugin => plugin.Diagnostics)];

    /// <summary>Discovers, judges and loads. Never throws for what lies on disk.</summary>
    /// <param name="roots">Folders that hold plugin folders, in order of precedence; see <see cref="PluginRoots"/>.</param>
    /// <param name="trust">Whether the lock files decide.</param>
    /// <param name="store">Folder for verified copies; null for the user's.</param>
    /// <param name="open">Which of the plugins that were judged good to load; null for all.</param>
    /// <param name="collectible">Whether disposing the catalog unloads them; such code runs slower.</param>
    public static PluginCatalog Load(
        IReadOnlyList<string> roots, PluginTrust trust = PluginTrust.Locked, string? store = null, Func<PluginIdentity, bool>? open = null,
        bool collectible = false)
    {
        var catalog = new PluginCatalog(open ?? (_ => true), collectible);
        var copies = store is null ? PluginStore.OfUser() : new PluginStore(store);
        var locks = new Dictionary<string, PluginLock>(StringComparer.Ordinal);
        foreach (var folder in catalog.Discover(roots))
        {
            try
            {
                if (!locks.TryGetValue(folder.Root, out var agreed))
                    locks[folder.Root] = agreed = PluginLock.Read(folder.Root, catalog._own);
                catalog._plugins.Add(catalog.Judge(folder, agreed, trust, copies));
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                catalog._plugins.Add(Refused(folder, null, [], [Diagnostic.Error(DiagnosticId.LoadFailed,
                    $"plugin folder `{folder.FullPath}` cannot be used: {PluginComposition.Sentence(failure)}")]));
            }
        }

        return catalog;
    }

    /// <summary>Why an eraser that a policy names is not there although its plugin is installed; empty when no plugin claims it.</summary>
    /// <param name="eraserId">The id that the policy names.</param>
    public IReadOnlyList<Diagnostic> WhyMissing(string eraserId) =>
        [.. _plugins.Where(plugin => plugin.Identity?.Owns(eraserId) ?? plugin.Folder.Name == eraserId).SelectMany(plugin => plugin.Diagnostics)];

    /// <summary>Why an eraser's id cannot belong to a plugin, or null.</summary>
    /// <param name="eraserId">The id.</param>
    /// <param name="plugin">Who exports it.</param>
    /// <param name="holder">Id of the plugin that has it already, or null.</param>
    public static Diagnostic? WhyLeftOut(string eraserId, PluginIdentity plugin, string? holder)
    {
        var fault = !plugin.Owns(eraserId) ? "does not begin with the plugin's id, and `Exports` does not list it"
            : holder is not null ? $"is taken by plugin `{holder}`"
            : null;
        return fault is null ? null : Diagnostic.Error(DiagnosticId.BadExportId, $"eraser `{eraserId}` of plugin `{plugin.Id}` was left out: its id {fault}");
    }

    /// <summary>Disposes every plugin's parts.</summary>
    public void Dispose()
    {
        foreach (var (container, loader) in _loaded)
        {
            container.Dispose();
            loader.Dispose();
        }

        _loaded.Clear();
        _erasers.Clear();
        _plugins.Clear();
    }

    private IReadOnlyList<PluginFolder> Discover(IReadOnlyList<string> roots)
    {
        try
        {
            return PluginFolder.Discover(roots);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _own.Add(Diagnostic.Error(DiagnosticId.LoadFailed, $"plugin folders cannot be listed: {failure.Message.TrimEnd('.')}"));
            return [];
        }
    }

    private InstalledPlugin Judge(PluginFolder folder, PluginLock agreed, PluginTrust trust, PluginStore copies)
    {
        var found = new List<Diagnostic>();
        var identity = PluginProbe.Read(folder.MainAssembly, found);
        var files = folder.Files();
        if (identity is null || found.Exists(IsError))
            return Refused(folder, identity, files, found);

        found.AddRange(PluginShape.Judge(folder.MainAssembly, identity.Id, files));
        if (_plugins.FirstOrDefault(other => other.Identity?.Id == identity.Id) is { } first)
        {
            found.Add(Diagnostic.Error(DiagnosticId.DuplicatePluginId,
                $"plugin `{identity.Id}` in `{folder.FullPath}` was not loaded: `{first.Folder.FullPath}` has the same id", "remove one of them"));
        }

        var refusal = agreed.Judge(folder.Name, identity.Id, files);
        if (refusal is not null)
            found.Add(trust == PluginTrust.Locked ? refusal : LockIgnored(identity));

        if (found.Exists(IsError))
            return Refused(folder, identity, files, found);
        return _open(identity)
            ? Open(folder, identity, files, copies, found)
            : new InstalledPlugin { Folder = folder, Identity = identity, Files = files, State = PluginState.Judged, Diagnostics = found };
    }

    private InstalledPlugin Open(
        PluginFolder folder, PluginIdentity identity, IReadOnlyList<PluginFile> files, PluginStore copies, List<Diagnostic> found)
    {
        if (PluginComposition.Compose(copies.Keep(folder, files), identity, _collectible, found) is not { } composed)
            return Refused(folder, identity, files, found);

        _loaded.Add((composed.Container, composed.Loader));
        var erasers = composed.Erasers.Where(export => Admit(export.Metadata, identity, found))
            .Select(export => new InstalledEraser(identity, export)).OrderBy(eraser => eraser.Id, StringComparer.Ordinal).ToList();
        foreach (var eraser in erasers)
            _erasers.Add(eraser.Id, eraser);
        return new InstalledPlugin
        {
            Folder = folder,
            Identity = identity,
            Files = files,
            State = PluginState.Ready,
            Erasers = erasers,
            Diagnostics = found,
        };
    }

    private bool Admit(EraserMetadata eraser, PluginIdentity plugin, List<Diagnostic> found)
    {
        var fault = WhyLeftOut(eraser.Id, plugin, _erasers.GetValueOrDefault(eraser.Id)?.Plugin.Id);
        if (fault is not null)
            found.Add(fault);
        return fault is null;
    }

    private static InstalledPlugin Refused(PluginFolder folder, PluginIdentity? identity, IReadOnlyList<PluginFile> files, IReadOnlyList<Diagnostic> found) =>
        new() { Folder = folder, Identity = identity, Files = files, State = PluginState.Refused, Diagnostics = found };

    private static Diagnostic LockIgnored(PluginIdentity plugin) => Diagnostic.Warning(DiagnosticId.LockIgnored,
        $"plugin `{plugin.Id}` was loaded although no lock file agrees to its files", $"`lethe plugins trust {plugin.Id}` agrees to them");

    private static bool IsError(Diagnostic diagnostic) => diagnostic.Severity == Severity.Error;
}

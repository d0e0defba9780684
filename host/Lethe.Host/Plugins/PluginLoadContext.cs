using System.Collections.Frozen;
using System.Reflection;
using System.Runtime.Loader;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Plugins;

/// <summary>
/// One plugin's assemblies. Contract assemblies are the host's, by name and whatever the version, since versions were judged before;
/// everything else is the plugin's own or the framework's, never silently the host's.
/// </summary>
/// <param name="mainAssembly">Full path of the verified copy.</param>
/// <param name="pluginId">Whose assemblies they are.</param>
/// <param name="collectible">Whether it can be unloaded; such code runs slower, so runs do without.</param>
internal sealed class PluginLoadContext(string mainAssembly, string pluginId, bool collectible = false)
    : AssemblyLoadContext(Path.GetFileNameWithoutExtension(mainAssembly), collectible)
{
    private static readonly AssemblyLoadContext HostContext = GetLoadContext(typeof(IEraser).Assembly)!;

    // Only right for a framework-dependent host: a self-contained one keeps the framework in the same folder.
    private static readonly FrozenSet<string> HostOnly = Platform(path => IsOfHost(path))
        .Except(ContractSurface.Assemblies, StringComparer.OrdinalIgnoreCase)
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Framework = Platform(path => !IsOfHost(path)).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly AssemblyDependencyResolver _resolver = new(mainAssembly);

    /// <summary>Id of the plugin.</summary>
    public string PluginId => pluginId;

    /// <summary>Whether an assembly name is one of the host's own or of the contract.</summary>
    public static bool BelongsToHost(string name) => ContractSurface.Assemblies.Contains(name) || HostOnly.Contains(name);

    /// <summary>Why an assembly that the plugin references will not be found, or null. Loads nothing.</summary>
    public string? WhyMissing(AssemblyName reference)
    {
        var name = reference.Name!;
        if (ContractSurface.Assemblies.Contains(name) || _resolver.ResolveAssemblyToPath(reference) is not null || Framework.Contains(name))
            return null;
        return HostOnly.Contains(name) ? "which belongs to the host and is not shared with plugins" : "which its folder does not hold";
    }

    /// <summary>Whether a native library is among the plugin's own.</summary>
    public bool HasNative(string name) => _resolver.ResolveUnmanagedDllToPath(name) is not null;

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var name = assemblyName.Name!;
        // Without a version: the default context would report a newer one as "cannot find the file".
        if (ContractSurface.Assemblies.Contains(name))
            return HostContext.LoadFromAssemblyName(new AssemblyName(name));
        if (_resolver.ResolveAssemblyToPath(assemblyName) is { } path)
            return LoadFromAssemblyPath(path);
        if (HostOnly.Contains(name))
            throw new FileNotFoundException($"`{Name}` needs `{name}` {assemblyName.Version}, which belongs to the host; ship it with the plugin");
        return null;
    }

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;

    private static IEnumerable<string> Platform(Func<string, bool> select) => ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(select).Select(path => Path.GetFileNameWithoutExtension(path));

    private static bool IsOfHost(string path) => path.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal);
}

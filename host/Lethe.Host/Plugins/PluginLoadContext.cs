using System.Collections.Frozen;
using System.Reflection;
using System.Runtime.Loader;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Plugins;

/// <summary>
/// One plugin's assemblies. Contract assemblies are the host's, by name and whatever the version, since versions were judged before;
/// everything else is the plugin's own or the framework's, never silently the host's.
/// </summary>
internal sealed class PluginLoadContext(string mainAssembly)
    : AssemblyLoadContext(Path.GetFileNameWithoutExtension(mainAssembly), isCollectible: false)
{
    private static readonly AssemblyLoadContext HostContext = GetLoadContext(typeof(IEraser).Assembly)!;

    // Only right for a framework-dependent host: a self-contained one keeps the framework in the same folder.
    private static readonly FrozenSet<string> HostOnly = ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Where(path => path.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal))
        .Select(path => Path.GetFileNameWithoutExtension(path))
        .Except(ContractSurface.Assemblies, StringComparer.OrdinalIgnoreCase)
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly AssemblyDependencyResolver _resolver = new(mainAssembly);

    /// <summary>Whether an assembly name is one of the host's own or of the contract.</summary>
    public static bool BelongsToHost(string name) => ContractSurface.Assemblies.Contains(name) || HostOnly.Contains(name);

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
}

using System.Reflection;
using System.Runtime.Loader;
using Lethe.Sdk;
using Lethe.Sdk.Erasers;
using McMaster.NETCore.Plugins;

namespace Lethe.Host.Plugins;

/// <summary>
/// Where a plugin's assemblies are loaded. Contract assemblies are the host's, by name and whatever the version, since versions were
/// judged before; what the plugin ships is its own; the rest is the framework's. That nothing else is taken from the host is for
/// <see cref="PluginNeeds"/> to see before.
/// </summary>
internal static class PluginContext
{
    private static readonly AssemblyLoadContext HostContext = AssemblyLoadContext.GetLoadContext(typeof(IEraser).Assembly)!;

    // The runtime reports a contract assembly that is older than the plugin asks for as "cannot find the file"; the loader would swallow
    // that and load the plugin's own copy, whose types are others.
    static PluginContext() => HostContext.Resolving += (context, name) =>
        name.Version is not null && ContractSurface.Assemblies.Contains(name.Name!) ? context.LoadFromAssemblyName(new AssemblyName(name.Name!)) : null;

    /// <summary>Prepares a plugin's context; loads nothing of the plugin.</summary>
    /// <param name="mainAssembly">Full path of the verified copy.</param>
    /// <param name="collectible">Whether it can be unloaded; such code runs slower, so runs do without.</param>
    public static PluginLoader Create(string mainAssembly, bool collectible) => PluginLoader.CreateFromAssemblyFile(mainAssembly, config =>
    {
        config.DefaultContext = HostContext;
        config.IsUnloadable = collectible;
        // Without it everything that the engine references would be loaded, with each plugin.
        config.IsLazyLoaded = true;
        foreach (var contract in ContractSurface.Assemblies)
            config.SharedAssemblies.Add(new AssemblyName { Name = contract });
        // The loader shares what a shared assembly references, too; a plugin's own library is nevertheless its own.
        foreach (var own in Shipped(mainAssembly).Where(name => !ContractSurface.Assemblies.Contains(name)))
            config.PrivateAssemblies.Add(new AssemblyName { Name = own });
    });

    /// <summary>Id of the plugin whose context holds an assembly, or null.</summary>
    public static string? PluginOf(Assembly assembly) =>
        AssemblyLoadContext.GetLoadContext(assembly) is { } context && context != HostContext
            ? context.Assemblies.Select(other => other.GetCustomAttribute<LethePluginAttribute>()?.Id).FirstOrDefault(id => id is not null)
            : null;

    private static IEnumerable<string> Shipped(string mainAssembly) =>
        Directory.EnumerateFiles(Path.GetDirectoryName(mainAssembly)!, "*.dll", SearchOption.AllDirectories)
            .Select(file => Path.GetFileNameWithoutExtension(file)).Distinct(StringComparer.Ordinal);
}

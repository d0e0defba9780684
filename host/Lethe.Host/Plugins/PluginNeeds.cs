using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Plugins;

/// <summary>What a plugin needs and will not find. The runtime would say so in the middle of a run.</summary>
internal static class PluginNeeds
{
    /// <summary>Every reason to refuse a plugin before its code runs.</summary>
    /// <param name="mainAssembly">Full path of the verified copy.</param>
    /// <param name="pluginId">Whose assembly it is.</param>
    public static IReadOnlyList<Diagnostic> Missing(string mainAssembly, string pluginId)
    {
        var (resolver, folder) = (new AssemblyDependencyResolver(mainAssembly), Path.GetDirectoryName(mainAssembly)!);
        return
        [
            .. MissingAssemblies(mainAssembly, name => Own(resolver, folder, name)).Select(missing => Diagnostic.Error(
                DiagnosticId.LoadFailed, $"plugin `{pluginId}` was not loaded: {missing}",
                "publish it with `dotnet publish`, which puts what it needs beside it")),
        ];
    }

    /// <summary>Native libraries of a loaded plugin that can be found neither in its folder nor on this machine; loads those that can.</summary>
    public static IEnumerable<Diagnostic> MissingNatives(Assembly assembly, string pluginId)
    {
        using var pe = new PEReader(File.OpenRead(assembly.Location));
        foreach (var import in Imports(pe.GetMetadataReader()))
        {
            if (!NativeLibrary.TryLoad(import, assembly, null, out _))
            {
                yield return Diagnostic.Error(DiagnosticId.LoadFailed,
                    $"plugin `{pluginId}` needs the native library `{import}`, which is neither in its folder nor on this machine",
                    "pack native libraries below `runtimes/<rid>/native`, or install the package that has it");
            }
        }
    }

    // The plugin's libraries are followed, too: the runtime would give them the host's copy of what their author forgot, in whatever version.
    // What such a library merely lacks is its own affair, since it may never use it.
    private static IEnumerable<string> MissingAssemblies(string mainAssembly, Func<AssemblyName, string?> own)
    {
        var seen = new HashSet<string>(ContractSurface.Assemblies, StringComparer.OrdinalIgnoreCase);
        var files = new Queue<string>([mainAssembly]);
        while (files.TryDequeue(out var file))
        {
            var who = file == mainAssembly ? "it" : $"its `{Path.GetFileName(file)}`";
            foreach (var name in References(file).Where(name => seen.Add(name.Name!)))
            {
                if (own(name) is { } path)
                    files.Enqueue(path);
                else if (HostAssemblies.IsPrivate(name.Name!))
                    yield return $"{who} needs `{name.Name}` {name.Version}, which belongs to the host and is not shared with plugins";
                else if (file == mainAssembly && !HostAssemblies.IsFramework(name.Name!))
                    yield return $"{who} needs `{name.Name}` {name.Version}, which its folder does not hold";
            }
        }
    }

    private static string? Own(AssemblyDependencyResolver resolver, string folder, AssemblyName name)
    {
        var beside = Path.Combine(folder, name.Name + ".dll");
        return resolver.ResolveAssemblyToPath(name) ?? (File.Exists(beside) ? beside : null);
    }

    private static IReadOnlyList<AssemblyName> References(string file)
    {
        using var pe = new PEReader(File.OpenRead(file));
        var reader = pe.GetMetadataReader();
        return [.. reader.AssemblyReferences.Select(handle => reader.GetAssemblyReference(handle).GetAssemblyName())];
    }

    private static IReadOnlyList<string> Imports(MetadataReader reader) =>
    [
        .. Enumerable.Range(1, reader.GetTableRowCount(TableIndex.ModuleRef))
            .Select(row => reader.GetString(reader.GetModuleReference(MetadataTokens.ModuleReferenceHandle(row)).Name)).Distinct(),
    ];
}

using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Plugins;

/// <summary>What a plugin's main assembly needs and will not find. The runtime would say so in the middle of a run.</summary>
internal static class PluginNeeds
{
    /// <summary>Every reason to refuse a plugin before its code runs.</summary>
    /// <param name="mainAssembly">Full path of the verified copy.</param>
    /// <param name="context">Where it will be loaded.</param>
    public static IReadOnlyList<Diagnostic> Missing(string mainAssembly, PluginLoadContext context)
    {
        using var pe = new PEReader(File.OpenRead(mainAssembly));
        var reader = pe.GetMetadataReader();
        var refusal = $"plugin `{context.PluginId}` was not loaded";
        return
        [
            .. from handle in reader.AssemblyReferences
               let name = reader.GetAssemblyReference(handle).GetAssemblyName()
               let reason = context.WhyMissing(name)
               where reason is not null
               select Diagnostic.Error(DiagnosticId.LoadFailed, $"{refusal}: it needs `{name.Name}` {name.Version}, {reason}",
                   "publish it with `dotnet publish`, which puts what it needs beside it"),
            .. from import in Imports(reader)
               let loose = Loose(Path.GetDirectoryName(mainAssembly)!, import)
               where loose is not null && !context.HasNative(import)
               select Diagnostic.Error(DiagnosticId.LoadFailed,
                   $"{refusal}: it ships `{loose}`, but its `.deps.json` does not list that file, so it would not be found",
                   "pack native libraries below `runtimes/<rid>/native`"),
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

    private static IReadOnlyList<string> Imports(MetadataReader reader) =>
    [
        .. Enumerable.Range(1, reader.GetTableRowCount(TableIndex.ModuleRef))
            .Select(row => reader.GetString(reader.GetModuleReference(MetadataTokens.ModuleReferenceHandle(row)).Name)).Distinct(),
    ];

    private static string? Loose(string folder, string import) =>
        new[] { import, $"{import}.so", $"lib{import}.so", $"lib{import}" }.FirstOrDefault(name => File.Exists(Path.Combine(folder, name)));
}

using System.Collections.Frozen;

namespace Lethe.Host.Plugins;

/// <summary>Which assemblies of this process are the framework's and which the host's own. A plugin may use the first and the contract.</summary>
internal static class HostAssemblies
{
    // Only right for a framework-dependent host: a self-contained one keeps the framework in the same folder.
    private static readonly FrozenSet<string> Private = Platform(IsOfHost)
        .Except(ContractSurface.Assemblies, StringComparer.OrdinalIgnoreCase).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Framework = Platform(path => !IsOfHost(path)).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether an assembly is one of the host that plugins do not share.</summary>
    public static bool IsPrivate(string name) => Private.Contains(name);

    /// <summary>Whether an assembly is one of the shared framework.</summary>
    public static bool IsFramework(string name) => Framework.Contains(name);

    private static IEnumerable<string> Platform(Func<string, bool> select) => ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(select).Select(path => Path.GetFileNameWithoutExtension(path));

    private static bool IsOfHost(string path) => path.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal);
}

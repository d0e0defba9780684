namespace Lethe.Host.Plugins;

/// <summary>Where plugins are looked for.</summary>
public static class PluginRoots
{
    /// <summary>
    /// The folders asked for, then those of <c>LETHE_PLUGINS</c>, then <c>plugins</c> beside the host, then what the build of this source
    /// tree published. Never the working directory.
    /// </summary>
    /// <param name="asked">Folders from the command line.</param>
    public static IReadOnlyList<string> For(IEnumerable<string> asked)
    {
        var named = (Environment.GetEnvironmentVariable("LETHE_PLUGINS") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        IEnumerable<string> roots = [.. asked, .. named, Path.Combine(AppContext.BaseDirectory, "plugins")];
        if (SourceTree() is { } tree)
            roots = roots.Append(Path.Combine(tree, "artifacts", "plugins"));
        return [.. roots.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The source tree that this host was built in, or null.</summary>
    public static string? SourceTree()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Plugins.sln")))
                return folder.FullName;
        }

        return null;
    }
}

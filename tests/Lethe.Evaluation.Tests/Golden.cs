[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Lethe.Evaluation.Tests;

/// <summary>Files that tests read: the reference implementations' outputs (tests skip without them) and the repository's own.</summary>
internal static class Golden
{
    /// <summary>Full path of a file of the golden data; skips the calling test when there is none.</summary>
    public static string Path(params string[] parts)
    {
        var folder = Environment.GetEnvironmentVariable("LETHE_GOLDEN") is { Length: > 0 } named
            ? named
            : Above(System.IO.Path.Combine("shared", "golden"));
        Assert.SkipWhen(folder is null || !Directory.Exists(folder), "no golden data: set `LETHE_GOLDEN`");
        return System.IO.Path.Combine([folder!, .. parts]);
    }

    /// <summary>A file or folder of the repository.</summary>
    public static string InRepository(params string[] parts)
    {
        var mark = Above("Plugins.sln") ?? throw new DirectoryNotFoundException("no `Plugins.sln` above the tests");
        return System.IO.Path.Combine([System.IO.Path.GetDirectoryName(mark)!, .. parts]);
    }

    private static string? Above(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = System.IO.Path.Combine(folder.FullName, name);
            if (System.IO.Path.Exists(candidate))
                return candidate;
        }
        return null;
    }
}

namespace Lethe.Diffusion.Tests;

/// <summary>The reference implementations' outputs; tests that need them skip where they are not laid out.</summary>
internal static class Golden
{
    /// <summary><c>LETHE_GOLDEN</c>, or the <c>shared/golden</c> beside one of the folders above this assembly.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>Full path of a file or folder of the golden data; skips the calling test when there is none.</summary>
    public static string Path(params string[] parts)
    {
        Assert.SkipWhen(Folder is null, "no golden data: set `LETHE_GOLDEN`");
        return System.IO.Path.Combine([Folder!, .. parts]);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("LETHE_GOLDEN") is { Length: > 0 } named) return Directory.Exists(named) ? named : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = System.IO.Path.Combine(folder.FullName, "shared", "golden");
            if (Directory.Exists(candidate)) return candidate;
        }
        return null;
    }
}

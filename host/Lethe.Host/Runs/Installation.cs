namespace Lethe.Host.Runs;

/// <summary>Finds what lies beside the program in an installation or a clone.</summary>
internal static class Installation
{
    /// <summary>Full path of the first of these folders that exists, or null: the launcher names the installation; otherwise the app lies somewhere inside it.</summary>
    public static string? Find(params string[] relative)
    {
        if (Environment.GetEnvironmentVariable("LETHE_HOME") is { Length: > 0 } home && Candidates(home) is { } named)
            return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Candidates(folder.FullName) is { } found)
                return found;
        }
        return null;

        string? Candidates(string root) => relative.Select(path => Path.Combine(root, path)).FirstOrDefault(Directory.Exists);
    }
}

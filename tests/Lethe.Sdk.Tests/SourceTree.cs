namespace Lethe.Sdk.Tests;

/// <summary>The source tree that these tests were built in.</summary>
internal static class SourceTree
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Plugins.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("tests run inside the source tree");
    }
}

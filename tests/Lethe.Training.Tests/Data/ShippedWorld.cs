namespace Lethe.Training.Tests.Data;

/// <summary>Finds the world file of the built-in model in the source tree.</summary>
internal static class ShippedWorld
{
    public static string Path { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
        {
            var path = System.IO.Path.Combine(folder.FullName, "host", "models", "emoji", "world.yaml");
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException($"no `host/models/emoji/world.yaml` above `{from}`");
    }
}

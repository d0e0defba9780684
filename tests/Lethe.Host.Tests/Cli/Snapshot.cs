namespace Lethe.Host.Tests.Cli;

/// <summary>Compares text with a checked-in file. With <c>LETHE_UPDATE_SNAPSHOTS=1</c> it writes the file instead; read the difference before you commit it.</summary>
internal static class Snapshot
{
    public static string Folder { get; } = Repository.PathOf("tests", "Lethe.Host.Tests", "Snapshots");

    public static void Check(string name, string actual)
    {
        var file = Path.Combine(Folder, name + ".txt");
        if (Environment.GetEnvironmentVariable("LETHE_UPDATE_SNAPSHOTS") == "1") File.WriteAllText(file, actual);
        Assert.True(File.Exists(file), $"there is no snapshot `{file}`; set LETHE_UPDATE_SNAPSHOTS=1 to write it");
        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), actual);
    }
}

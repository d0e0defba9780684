namespace Lethe.Diffusion.Checkpoints;

/// <summary>Refuses files that a folder names but that lie outside of it.</summary>
internal static class FolderGuard
{
    private const int MostLinks = 40;

    /// <summary>Refuses a path whose links lead out of the folder. The cache of Hugging Face, where snapshots link to blobs beside them, is let through.</summary>
    public static void Check(string folder, string path)
    {
        var (root, real) = (RealPath(folder), RealPath(path));
        if (IsBelow(real, root) || IsCached(real, root))
            return;
        throw new CheckpointException($"`{path}` is a link to `{real}`, which lies outside of `{folder}`\n\nhint: copy the file into the folder");
    }

    private static bool IsBelow(string path, string root) => path.StartsWith(root.TrimEnd('/') + '/', StringComparison.Ordinal);

    private static bool IsCached(string path, string root) =>
        Path.GetDirectoryName(root) is { } snapshots && Path.GetFileName(snapshots) == "snapshots"
        && Path.GetDirectoryName(snapshots) is { } repository && Path.GetDirectoryName(path) == Path.Combine(repository, "blobs");

    private static string RealPath(string path)
    {
        var rest = new Stack<string>(Parts(Path.GetFullPath(path)).Reverse());
        var real = "/";
        for (var links = 0; rest.TryPop(out var part);)
        {
            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MostLinks)
                throw new CheckpointException($"`{path}` goes through more than `{MostLinks}` links");
            real = "/";
            foreach (var step in Parts(Path.GetFullPath(target, Path.GetDirectoryName(next)!)).Reverse())
                rest.Push(step);
        }

        return real;
    }

    private static string[] Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}

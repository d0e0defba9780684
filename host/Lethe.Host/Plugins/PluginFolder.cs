using System.Security.Cryptography;
using System.Text;

namespace Lethe.Host.Plugins;

/// <summary>One folder that may hold a plugin: <c>Name/Name.dll</c> and whatever it ships.</summary>
/// <param name="Root">The folder that holds it and its lock files.</param>
/// <param name="Name">Its own name, which is the main assembly's.</param>
public sealed record PluginFolder(string Root, string Name)
{
    private const int MostFiles = 4096;

    /// <summary>Full path.</summary>
    public string FullPath => Path.Combine(Root, Name);

    /// <summary>Full path of the main assembly.</summary>
    public string MainAssembly => Path.Combine(FullPath, Name + ".dll");

    /// <summary>Candidates directly below the roots, in the roots' order and then by name. Roots that do not exist hold none.</summary>
    /// <param name="roots">Folders to search; never recursive.</param>
    public static IReadOnlyList<PluginFolder> Discover(IEnumerable<string> roots) =>
        [.. roots.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal).Where(Directory.Exists).SelectMany(root =>
            new DirectoryInfo(root).EnumerateDirectories()
                .Where(folder => folder.Name[0] != '.')
                .Select(folder => new PluginFolder(root, folder.Name))
                .Where(folder => File.Exists(folder.MainAssembly))
                .OrderBy(folder => folder.Name, StringComparer.Ordinal))];

    /// <summary>Every file below the folder with its hash, in ordinal order of paths.</summary>
    /// <exception cref="IOException">A file cannot be read, is a link, or there are too many.</exception>
    public IReadOnlyList<PluginFile> Files() => Files(FullPath);

    /// <summary>Every file below a folder with its hash, in ordinal order of paths.</summary>
    /// <exception cref="IOException">A file cannot be read, is a link, or there are too many.</exception>
    internal static IReadOnlyList<PluginFile> Files(string folder)
    {
        var found = new List<PluginFile>();
        foreach (var entry in Walk(new DirectoryInfo(folder)))
        {
            if (found.Count == MostFiles)
                throw new IOException($"folder `{folder}` holds more than {MostFiles} files");
            using var stream = entry.OpenRead();
            found.Add(new PluginFile(
                Path.GetRelativePath(folder, entry.FullName).Replace('\\', '/'), Convert.ToHexStringLower(SHA256.HashData(stream))));
        }

        return [.. found.OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    /// <summary>One hash that stands for a list of files.</summary>
    internal static string Fingerprint(IEnumerable<PluginFile> files) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(files.Select(file => $"{file.Sha256} {file.Path}\n")))));

    // A link could lead outside the folder, where the lock file sees nothing.
    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (entry.LinkTarget is not null)
                throw new IOException($"`{entry.FullName}` is a link; a plugin folder holds files only");
            if (entry is DirectoryInfo inner)
            {
                foreach (var file in Walk(inner))
                    yield return file;
            }
            else
            {
                yield return (FileInfo)entry;
            }
        }
    }
}

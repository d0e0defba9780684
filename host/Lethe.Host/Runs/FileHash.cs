using System.Security.Cryptography;
using System.Text;

namespace Lethe.Host.Runs;

/// <summary>SHA-256 of files and folders, lower-case hexadecimal.</summary>
public static class FileHash
{
    /// <summary>Hash of one file's bytes.</summary>
    public static string Of(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Hash of a text's UTF-8 bytes.</summary>
    public static string OfText(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Every file of a folder with its hash; paths are relative, with <c>/</c>, in ordinal order.</summary>
    public static IReadOnlyList<HashedFile> OfTree(string path, Func<string, bool>? select = null) =>
        [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Select(file => (Name: Path.GetRelativePath(path, file).Replace('\\', '/'), File: file))
            .Where(entry => select is null || select(entry.Name))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal)
            .Select(entry => new HashedFile(entry.Name, Of(entry.File)))];

    /// <summary>One hash for a list of files: of the lines <c>hash two spaces path</c>, as <c>sha256sum</c> prints them.</summary>
    public static string OfList(IEnumerable<HashedFile> files) =>
        OfText(string.Concat(files.Select(file => $"{file.Sha256}  {file.Path}\n")));
}

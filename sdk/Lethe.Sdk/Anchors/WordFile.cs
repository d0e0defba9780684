using System.Reflection;

namespace Lethe.Sdk.Anchors;

/// <summary>Lists of words or phrases, one a line; empty lines and lines that begin with <c>#</c> do not count.</summary>
public static class WordFile
{
    private const long LargestFile = 1 << 22;
    private const int LongestLine = 300, Quoted = 40;

    /// <summary>Reads a file that a user names.</summary>
    /// <param name="path">The file, at most 4 MiB of printable lines.</param>
    /// <returns>The lines in order, trimmed, without duplicates in any case.</returns>
    /// <exception cref="InvalidDataException">It is no such list.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        var size = new FileInfo(path).Length;
        if (size > LargestFile)
            throw new InvalidDataException($"word list `{path}` has {size} bytes, expected at most {LargestFile}");
        using var reader = new StreamReader(path);
        var lines = Lines(reader);
        return lines.FirstOrDefault(line => line.Length > LongestLine || line.Any(char.IsControl)) is { } bad
            ? throw new InvalidDataException(
                $"word list `{path}` holds `{bad[..Math.Min(Quoted, bad.Length)]}`, expected printable lines of at most {LongestLine} letters")
            : lines;
    }

    /// <summary>Reads a list that an assembly embeds.</summary>
    /// <param name="assembly">The plugin's.</param>
    /// <param name="name">Logical name of the resource.</param>
    /// <returns>As <see cref="Read"/>.</returns>
    /// <exception cref="InvalidOperationException">There is no such resource.</exception>
    public static IReadOnlyList<string> Embedded(Assembly assembly, string name)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        using var stream = assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"the plugin lacks its list `{name}`");
        using var reader = new StreamReader(stream);
        return Lines(reader);
    }

    private static List<string> Lines(StreamReader reader)
    {
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Trim() is { Length: > 0 } text && text[0] != '#')
                lines.Add(text);
        }

        return [.. lines.Distinct(StringComparer.OrdinalIgnoreCase)];
    }
}

using System.Reflection;

namespace Lethe.Plugins.Cpe;

/// <summary>Lists of words and sentences: those that come with the plugin, and files of the user.</summary>
internal static class WordList
{
    private const long LargestFile = 1 << 22;
    private const int LongestLine = 300;
    private static readonly string[] s_pools = ["people", "artists", "emoji-objects", "emoji-styles"];

    /// <summary>What an anchor pool may be called, for messages.</summary>
    public static string PoolNames => string.Join(", ", s_pools.Append("none").Select(name => $"`{name}`"));

    public static bool IsKnown(string pool) => pool == "none" || s_pools.Contains(pool);

    /// <summary>A pool by name, or a text file with one name a line.</summary>
    /// <exception cref="InvalidDataException">The file is no such list.</exception>
    public static IReadOnlyList<string> Pool(string pool)
    {
        if (IsKnown(pool))
            return pool == "none" ? [] : Named(pool);
        if (new FileInfo(pool).Length > LargestFile)
            throw new InvalidDataException($"anchor pool `{pool}` is larger than {LargestFile} bytes");
        using var reader = new StreamReader(pool);
        var lines = Lines(reader);
        return lines.FirstOrDefault(line => line.Length > LongestLine || line.Any(char.IsControl)) is { } bad
            ? throw new InvalidDataException($"anchor pool `{pool}` holds `{bad[..Math.Min(40, bad.Length)]}`, expected printable lines of at most {LongestLine} letters")
            : lines;
    }

    /// <summary>A list that comes with the plugin.</summary>
    public static IReadOnlyList<string> Named(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the plugin lacks its list `{name}`");
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

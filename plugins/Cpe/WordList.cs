using System.Reflection;
using Lethe.Sdk.Anchors;

namespace Lethe.Plugins.Cpe;

/// <summary>Lists of words and sentences: those that come with the plugin, and files of the user.</summary>
internal static class WordList
{
    private static readonly string[] s_pools = ["people", "artists", "emoji-objects", "emoji-styles"];

    /// <summary>What an anchor pool may be called, for messages.</summary>
    public static string PoolNames => string.Join(", ", s_pools.Append("none").Select(name => $"`{name}`"));

    public static bool IsKnown(string pool) => pool == "none" || s_pools.Contains(pool);

    /// <summary>A pool by name, or a text file with one name a line.</summary>
    /// <exception cref="InvalidDataException">The file is no such list.</exception>
    public static IReadOnlyList<string> Pool(string pool) => !IsKnown(pool) ? WordFile.Read(pool) : pool == "none" ? [] : Named(pool);

    /// <summary>A list that comes with the plugin.</summary>
    public static IReadOnlyList<string> Named(string name) => WordFile.Embedded(Assembly.GetExecutingAssembly(), name);
}

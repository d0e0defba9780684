using System.Security.Cryptography;
using System.Text;

namespace Lethe.Training.Data;

/// <summary>
/// Chooses drawings of a style's vendor that show none of the world's objects: they teach the judge what the style looks like, whatever
/// it draws.
/// </summary>
internal static class OtherIcons
{
    // Skin tones repeat one drawing many times; flags look alike at every vendor.
    private static readonly string[] Repeated = ["skin", "tone", "light", "medium", "dark", "flag", "flags"];

    /// <summary>Takes so many names by the order of their hashes, the same in every run.</summary>
    /// <param name="world">Its objects are left out, and whatever has their name within its own, such as <c>cat-with-wry-smile</c>.</param>
    /// <param name="style">The vendor.</param>
    /// <param name="icons">The names of its drawings.</param>
    /// <param name="count">How many to take at most.</param>
    public static IReadOnlyList<string> Choose(World world, WorldStyle style, IEnumerable<string> icons, int count)
    {
        var taken = world.Objects.SelectMany(item => new[] { item.IconFor(style.Name), item.Icon, item.Name.Replace(' ', '-') }).ToHashSet(StringComparer.Ordinal);
        return [.. icons
            .Where(icon => !icon.Split('-').Intersect(Repeated).Any() && !taken.Any(name => $"-{icon}-".Contains($"-{name}-", StringComparison.Ordinal)))
            .OrderBy(icon => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{world.Seed}/{style.Name}/{icon}"))), StringComparer.Ordinal)
            .Take(count)];
    }
}

using System.Text;

namespace Lethe.Host.Runs;

/// <summary>File names from free text: lower-case ASCII letters, digits and single hyphens.</summary>
public static class Slug
{
    private const int Longest = 48;

    /// <summary>The name for one text; never empty, never able to leave its folder.</summary>
    public static string Of(string text)
    {
        var slug = new StringBuilder();
        foreach (var letter in text.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(letter))
                slug.Append(letter);
            else if (slug.Length > 0 && slug[^1] != '-')
                slug.Append('-');
            if (slug.Length == Longest)
                break;
        }
        var name = slug.ToString().Trim('-');
        return name.Length == 0 ? "x-" + FileHash.OfText(text)[..8] : name;
    }

    /// <summary>Names for several texts; texts that would share one get a hash as well.</summary>
    public static IReadOnlyDictionary<string, string> ForAll(IEnumerable<string> texts) => texts.Distinct(StringComparer.Ordinal)
        .GroupBy(Of)
        .SelectMany(group => group.Select(text => (text, name: group.Count() == 1 ? group.Key : $"{group.Key}-{FileHash.OfText(text)[..8]}")))
        .ToDictionary(pair => pair.text, pair => pair.name, StringComparer.Ordinal);
}

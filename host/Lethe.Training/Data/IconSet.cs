using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lethe.Training.Data;

/// <summary>The drawings of one style, in the Iconify JSON format.</summary>
internal sealed partial class IconSet : IDisposable
{
    private const int LongestAliasChain = 8;

    private readonly JsonDocument document;

    public IconSet(byte[] json) => document = JsonDocument.Parse(json);

    /// <summary>The names of all drawings, aliases left out.</summary>
    public IEnumerable<string> Names => document.RootElement.GetProperty("icons").EnumerateObject().Select(icon => icon.Name);

    /// <summary>The SVG document of an icon, or null when the set lacks it.</summary>
    /// <exception cref="InvalidDataException">The icon is a turned or mirrored alias, or aliases run in a circle.</exception>
    public string? Svg(string icon)
    {
        var root = document.RootElement;
        if (Resolve(root, icon) is not { } found)
        {
            return null;
        }

        var left = Number(found, root, "left", 0);
        var top = Number(found, root, "top", 0);
        var width = Number(found, root, "width", 16);
        var height = Number(found, root, "height", 16);

        // Some gradients were minified into a skew by a right angle, which has no inverse and draws nothing; a quarter turn was meant.
        var body = RightAngledSkew().Replace(found.GetProperty("body").GetString()!, "rotate($1)");

        // `color` is what `currentColor` means in drawings of one colour.
        return string.Create(CultureInfo.InvariantCulture,
            $"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{left} {top} {width} {height}" color="#000">{body}</svg>""");
    }

    public void Dispose() => document.Dispose();

    private static JsonElement? Resolve(JsonElement root, string icon)
    {
        var icons = root.GetProperty("icons");
        var name = icon;
        for (var step = 0; step < LongestAliasChain; step++)
        {
            if (icons.TryGetProperty(name, out var found))
            {
                return found;
            }

            if (!root.TryGetProperty("aliases", out var aliases) || !aliases.TryGetProperty(name, out var alias))
            {
                return null;
            }

            if (alias.TryGetProperty("hFlip", out _) || alias.TryGetProperty("vFlip", out _) || alias.TryGetProperty("rotate", out _))
            {
                throw new InvalidDataException($"icon `{icon}` is a turned or mirrored alias, expected a plain one");
            }

            name = alias.GetProperty("parent").GetString()!;
        }

        throw new InvalidDataException($"icon `{icon}` leads through more than {LongestAliasChain} aliases");
    }

    private static double Number(JsonElement icon, JsonElement root, string key, double fallback) =>
        icon.TryGetProperty(key, out var value) || root.TryGetProperty(key, out value) ? value.GetDouble() : fallback;

    [GeneratedRegex(@"skew[XY]\((-?90)\)")]
    private static partial Regex RightAngledSkew();
}

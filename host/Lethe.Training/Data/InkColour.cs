using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Lethe.Training.Data;

/// <summary>A colour that takes the place of all others in a picture.</summary>
internal readonly record struct InkColour(byte Red, byte Green, byte Blue)
{
    /// <summary>Reads <c>#rrggbb</c>.</summary>
    /// <exception cref="FormatException">The text is no such colour.</exception>
    public static InkColour Parse(string text) =>
        TryParse(text, out var ink) ? ink.Value : throw new FormatException($"`{text}` is no colour, expected `#` and six hexadecimal digits");

    /// <summary>Reads <c>#rrggbb</c>, and says whether it is one.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out InkColour? ink)
    {
        ink = null;
        if (text is not ['#', _, _, _, _, _, _] || !uint.TryParse(text.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            return false;
        ink = new InkColour((byte)(value >> 16), (byte)(value >> 8), (byte)value);
        return true;
    }

    /// <summary>The picture in shades of this ink: white stays white, black becomes the ink, and a colour lies between them by the mean of its channels: by luma, yellow would be all but white.</summary>
    /// <param name="pixels">Bytes, RGB; changed in place.</param>
    /// <returns><paramref name="pixels"/>.</returns>
    public byte[] Tint(byte[] pixels)
    {
        for (var at = 0; at < pixels.Length; at += 3)
        {
            var dark = 255 - ((pixels[at] + pixels[at + 1] + pixels[at + 2]) / 3.0);
            (pixels[at], pixels[at + 1], pixels[at + 2]) = (Shade(dark, Red), Shade(dark, Green), Shade(dark, Blue));
        }

        return pixels;
    }

    private static byte Shade(double dark, byte ink) => (byte)Math.Round(255 - (dark * (255 - ink) / 255));
}

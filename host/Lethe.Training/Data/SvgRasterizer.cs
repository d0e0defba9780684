using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
using SkiaSharp;
using Svg;
using Svg.Skia;

namespace Lethe.Training.Data;

/// <summary>Draws an SVG document into a small picture on white.</summary>
internal static class SvgRasterizer
{
    // Drawn this many times larger, then averaged: antialiasing alone is too coarse for thin lines at 64 pixels.
    private const int Oversampling = 8;

    // A drawing has no business with other files or with the network.
    static SvgRasterizer() =>
        (SvgDocument.ResolveExternalElements, SvgDocument.ResolveExternalImages, SvgDocument.ResolveExternalXmlEntites) =
            (ExternalType.None, ExternalType.None, ExternalType.None);

    /// <summary>Draws <paramref name="svg"/>, proportions kept, centred.</summary>
    /// <returns><c>[size, size, 3]</c> bytes, RGB.</returns>
    /// <exception cref="InvalidDataException">The document cannot be read, or nothing in it can be drawn.</exception>
    public static byte[] Draw(string svg, int size)
    {
        var large = size * Oversampling;
        using var bitmap = new SKBitmap(new SKImageInfo(large, large, SKColorType.Rgba8888, SKAlphaType.Premul));
        Render(svg, bitmap, large);
        using var picture = Image.LoadPixelData<Rgba32>(bitmap.GetPixelSpan(), large, large);
        picture.Mutate(drawn => drawn.Resize(size, size, KnownResamplers.Box));
        using var opaque = picture.CloneAs<Rgb24>();
        var pixels = new byte[3 * size * size];
        opaque.CopyPixelDataTo(pixels);
        return pixels;
    }

    private static void Render(string svg, SKBitmap bitmap, int large)
    {
        using var document = new SKSvg();
        var drawing = document.FromSvg(Checked(svg));
        if (drawing is null || drawing.CullRect.IsEmpty)
            throw new InvalidDataException("the SVG document has nothing that can be drawn");
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        var bounds = drawing.CullRect;
        var scale = large / Math.Max(bounds.Width, bounds.Height);
        canvas.Translate((large - (bounds.Width * scale)) / 2, (large - (bounds.Height * scale)) / 2);
        canvas.Scale(scale);
        canvas.Translate(-bounds.Left, -bounds.Top);
        canvas.DrawPicture(drawing);
    }

    private static bool LeadsElsewhere(XAttribute attribute) =>
        attribute.Name.LocalName == "href"
        && !attribute.Value.StartsWith('#') && !attribute.Value.StartsWith("data:", StringComparison.Ordinal);

    // The fifth column of a colour matrix is an offset. Svg.Skia 5.2.3 hands it on times 255 and Skia takes it as it is, so that every
    // coloured shadow turns white (https://github.com/wieslawsoltes/Svg.Skia/issues/149). Divided here, it comes out right.
    private static string Checked(string svg)
    {
        try
        {
            var document = XDocument.Parse(svg);
            if (document.Root!.Name.LocalName != "svg")
                throw new InvalidDataException($"the SVG document begins with `{document.Root.Name.LocalName}`, expected `svg`");
            if (document.Descendants().Attributes().FirstOrDefault(LeadsElsewhere) is { } link)
                throw new InvalidDataException($"the SVG document refers to `{link.Value}`, expected everything inside of it");
            foreach (var values in document.Descendants().Where(e => e.Name.LocalName == "feColorMatrix").Attributes("values"))
            {
                var numbers = values.Value.Split([' ', ',', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
                if (numbers.Length != 20)
                    continue;
                for (var i = 4; i < numbers.Length; i += 5)
                    numbers[i] = string.Create(CultureInfo.InvariantCulture, $"{double.Parse(numbers[i], CultureInfo.InvariantCulture) / 255:0.##########}");
                values.Value = string.Join(' ', numbers);
            }

            return document.ToString(SaveOptions.DisableFormatting);
        }
        catch (Exception error) when (error is XmlException or FormatException)
        {
            throw new InvalidDataException($"the SVG document cannot be read: {error.Message.TrimEnd('.')}", error);
        }
    }
}

using System.Buffers.Binary;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;

namespace Lethe.Diffusion.Tests.Hostile;

/// <summary>Small valid pictures in every way of packing that has code of its own to read it.</summary>
internal static class PictureBytes
{
    private const string Progressive =
        "/9j/2wBDAA0NDQ0ODQ4QEA4UFhMWFB4bGRkbHi0gIiAiIC1EKjIqKjIqRDxJOzc7STxsVUtLVWx9aWNpfZeHh5e+tb75+f//2wBDAQ0NDQ0ODQ" +
        "4QEA4UFhMWFB4bGRkbHi0gIiAiIC1EKjIqKjIqRDxJOzc7STxsVUtLVWx9aWNpfZeHh5e+tb75+f//wgARCAANABUDASIAAhEBAxEB/8QAFgAB" +
        "AQEAAAAAAAAAAAAAAAAABgAF/8QAFQEBAQAAAAAAAAAAAAAAAAAABAb/2gAMAwEAAhADEAAAAC+kh0ijOTOBWf/EAB0QAAICAQUAAAAAAAAAAA" +
        "AAAAADBAUCESExYWL/2gAIAQEAAT8AVX+RVf0YV+3AqKsVFWYRV6H/xAAZEQACAwEAAAAAAAAAAAAAAAAAAgEDBRH/2gAIAQIBAT8Au0GJ0G6f" +
        "/8QAGBEAAwEBAAAAAAAAAAAAAAAAAAIFEiL/2gAIAQMBAT8AnVG5EqtlT//Z";

    /// <summary>File names and contents.</summary>
    public static IEnumerable<(string Name, byte[] File)> Valid()
    {
        yield return ("rgb.png", Bytes(new PngEncoder { ColorType = PngColorType.Rgb }));
        yield return ("interlaced.png", Bytes(new PngEncoder { InterlaceMethod = PngInterlaceMode.Adam7 }));
        yield return ("palette.png", Bytes(new PngEncoder { ColorType = PngColorType.Palette, BitDepth = PngBitDepth.Bit4 }));
        yield return ("deep.png", Bytes(new PngEncoder { ColorType = PngColorType.GrayscaleWithAlpha, BitDepth = PngBitDepth.Bit16 }));
        yield return ("halved.jpg", Bytes(new JpegEncoder { ColorType = JpegColorType.YCbCrRatio420 }));
        // ImageSharp 2.1 reads progressive JPEG and does not write it.
        yield return ("progressive.jpg", Convert.FromBase64String(Progressive));
        yield return ("grey.jpg", Bytes(new JpegEncoder { ColorType = JpegColorType.Luminance }));
        yield return ("lossy.webp", Bytes(new WebpEncoder { FileFormat = WebpFileFormatType.Lossy }));
        yield return ("lossless.webp", Bytes(new WebpEncoder { FileFormat = WebpFileFormatType.Lossless }));
    }

    /// <summary>The PNG with check sums that fit its damaged chunks, so that the damage gets beyond the first check.</summary>
    public static byte[] WithValidSums(byte[] png)
    {
        var file = png.ToArray();
        for (var at = 8L; at + 12 <= file.Length;)
        {
            var end = at + 8 + BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)at));
            if (end + 4 > file.Length)
                break;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan((int)end), Sum(file.AsSpan((int)at + 4, (int)(end - at - 4))));
            at = end + 4;
        }

        return file;
    }

    /// <summary>The CRC-32 of a chunk's type and data.</summary>
    public static uint Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = ~0u;
        foreach (var value in bytes)
        {
            sum ^= value;
            for (var bit = 0; bit < 8; bit++)
                sum = (sum & 1) != 0 ? sum >> 1 ^ 0xEDB88320 : sum >> 1;
        }

        return ~sum;
    }

    /// <summary>Colours that run into each other, half transparent at the right, packed by <paramref name="encoder"/>.</summary>
    public static byte[] Bytes(IImageEncoder encoder, int width = 21, int height = 13, Action<Image>? change = null)
    {
        using var image = new Image<Rgba32>(width, height);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var opacity = 2 * x > width && encoder is not JpegEncoder ? 128 : 255;
                image[x, y] = new Rgba32((byte)(x * 255 / width), (byte)(y * 255 / height), 90, (byte)opacity);
            }
        change?.Invoke(image);
        using var file = new MemoryStream();
        image.Save(file, encoder);
        return file.ToArray();
    }
}

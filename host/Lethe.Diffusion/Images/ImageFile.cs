using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace Lethe.Diffusion.Images;

/// <summary>Picture files: PNG, JPEG and WebP in, PNG out.</summary>
public static class ImageFile
{
    /// <summary>Most pixels a picture may have, so that a small hostile file cannot ask for all memory.</summary>
    public const int LargestPixelCount = 1 << 24;

    private const int LargestFile = 128 << 20;

    // Behind width, height, depth, colour type, compression and filter.
    private const int InterlaceByte = 12;

    private static readonly Configuration Formats = BoundedFormats();

    // Every choice is written out, so that a later version of the library cannot change the bytes by changing its defaults.
    private static readonly PngEncoder Png = new()
    {
        ColorType = PngColorType.Rgb,
        BitDepth = PngBitDepth.Bit8,
        FilterMethod = PngFilterMethod.Adaptive,
        CompressionLevel = PngCompressionLevel.Level6,
        InterlaceMethod = PngInterlaceMode.None,
        IgnoreMetadata = true,
    };

    /// <summary>Reads a PNG, JPEG or WebP file as RGB, turned as its camera says; what is transparent shows white.</summary>
    /// <exception cref="InvalidDataException">Not a usable picture; the message has the file's name and what is wrong with it.</exception>
    public static RgbImage Read(string path)
    {
        var length = new FileInfo(path).Length;
        if (length > LargestFile)
            throw new InvalidDataException($"`{path}` has {length} bytes, expected at most {LargestFile}");
        return Decode(File.ReadAllBytes(path), path);
    }

    /// <summary>As <see cref="Read"/>, from memory; <paramref name="source"/> names the picture in messages.</summary>
    public static RgbImage Decode(byte[] file, string source)
    {
        if (IsInterlacedPng(file))
            throw new InvalidDataException($"`{source}` is an interlaced PNG, which is not read\n\nhint: save it without interlacing");
        var (width, height) = Size(file, source);
        if (width < 1 || height < 1 || (long)width * height > LargestPixelCount)
            throw new InvalidDataException($"`{source}` has {width} x {height} pixels, expected at most {LargestPixelCount} in all");
        try
        {
            using var image = Image.Load<Rgba32>(Formats, file);
            // A second header further on in the file may have asked for other dimensions than the first.
            if ((image.Width, image.Height) != (width, height))
                throw new InvalidImageContentException($"it says {width} x {height} pixels and holds {image.Width} x {image.Height}");
            image.Mutate(picture => picture.AutoOrient().BackgroundColor(Color.White));
            using var opaque = image.CloneAs<Rgb24>();
            var pixels = new byte[3 * opaque.Width * opaque.Height];
            opaque.CopyPixelDataTo(pixels);
            return new RgbImage(opaque.Width, opaque.Height, pixels);
        }
        catch (Exception error)
        {
            throw Refuse(source, error);
        }
    }

    /// <summary>Writes the picture as PNG; equal pixels give equal bytes. The file appears whole or not at all.</summary>
    public static void Write(string path, RgbImage picture) => AtomicFile.Write(path, Encode(picture));

    /// <summary>The picture as the bytes of a PNG file.</summary>
    public static byte[] Encode(RgbImage picture)
    {
        using var image = Image.LoadPixelData<Rgb24>(picture.Pixels, picture.Width, picture.Height);
        using var file = new MemoryStream();
        image.Save(file, Png);
        return file.ToArray();
    }

    private static (int Width, int Height) Size(byte[] file, string source)
    {
        try
        {
            using var stream = new MemoryStream(file, writable: false);
            return Image.Identify(Formats, stream) is { } found
                ? (found.Width, found.Height)
                : throw new UnknownImageFormatException("it does not begin like a PNG, JPEG or WebP file");
        }
        catch (Exception error)
        {
            throw Refuse(source, error);
        }
    }

    // ImageSharp 2.1 never comes back from an interlaced PNG whose data are damaged. Every header is looked at, for its decoder believes
    // the last one before the pixels.
    private static bool IsInterlacedPng(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith((ReadOnlySpan<byte>)[0x89, .. "PNG"u8]))
            return false;
        var name = "IHDR"u8;
        for (var at = file.IndexOf(name); at >= 0; at = file.IndexOf(name))
        {
            file = file[(at + name.Length)..];
            if (file.Length > InterlaceByte && file[InterlaceByte] != 0)
                return true;
        }

        return false;
    }

    // Whatever a decoder throws at damaged bytes, also an index out of range, is the file's fault and none of the user's business.
    private static InvalidDataException Refuse(string source, Exception error) => new(
        $"`{source}` is not a usable picture: {error.Message.TrimEnd('.')}"
        + "\n\nhint: open and save it as PNG in a picture editor, or leave it out", error);

    private static Configuration BoundedFormats()
    {
        var formats = new Configuration
        {
            // One picture at the bound takes 64 MB; no single buffer of a decoder needs more than that twice.
            MemoryAllocator = MemoryAllocator.Create(new() { AllocationLimitMegabytes = 128, MaximumPoolSizeMegabytes = 64 }),
            // Pictures are read side by side already, one on each lane.
            MaxDegreeOfParallelism = 1,
        };
        formats.ImageFormatsManager.AddImageFormatDetector(new PngImageFormatDetector());
        formats.ImageFormatsManager.AddImageFormatDetector(new JpegImageFormatDetector());
        formats.ImageFormatsManager.AddImageFormatDetector(new WebpImageFormatDetector());
        // Texts in a PNG may be packed and unpack to anything; nobody needs them. A JPEG's metadata say how the camera was held.
        formats.ImageFormatsManager.SetDecoder(PngFormat.Instance, new PngDecoder { IgnoreMetadata = true });
        formats.ImageFormatsManager.SetDecoder(JpegFormat.Instance, new JpegDecoder());
        formats.ImageFormatsManager.SetDecoder(WebpFormat.Instance, new WebpDecoder { IgnoreMetadata = true });
        return formats;
    }
}

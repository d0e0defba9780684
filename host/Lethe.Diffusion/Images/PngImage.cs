namespace Lethe.Diffusion.Images;

/// <summary>PNG files in and out, through libpng.</summary>
public static unsafe class PngImage
{
    /// <summary>Most pixels a picture may have, so that a small hostile file cannot ask for all memory.</summary>
    public const int LargestPixelCount = 1 << 24;

    private const int LargestFile = 128 << 20;

    /// <summary>Reads any PNG as RGB; what is transparent shows white.</summary>
    /// <exception cref="InvalidDataException">Not a usable PNG; the message has the file's name and libpng's own words.</exception>
    public static RgbImage Read(string path)
    {
        var length = new FileInfo(path).Length;
        if (length > LargestFile) throw new InvalidDataException($"`{path}` has {length} bytes, expected at most {LargestFile}");
        return Decode(File.ReadAllBytes(path), path);
    }

    /// <summary>As <see cref="Read"/>, from memory; <paramref name="source"/> names the picture in messages.</summary>
    public static RgbImage Decode(ReadOnlySpan<byte> file, string source)
    {
        var image = new LibPng.Image { Version = LibPng.Version };
        try
        {
            fixed (byte* bytes = file)
            {
                if (LibPng.png_image_begin_read_from_memory(&image, bytes, (nuint)file.Length) == 0) throw Refuse(source, image);
                if (image.Width == 0 || image.Height == 0 || (ulong)image.Width * image.Height > LargestPixelCount)
                    throw new InvalidDataException(
                        $"`{source}` has {image.Width} x {image.Height} pixels, expected at most {LargestPixelCount} in all");
                image.Format = LibPng.FormatRgb;
                image.Flags |= LibPng.Flag16BitSrgb;
                var pixels = new byte[3 * (int)image.Width * (int)image.Height];
                var white = new LibPng.Colour { Red = 255, Green = 255, Blue = 255 };
                fixed (byte* target = pixels)
                {
                    if (LibPng.png_image_finish_read(&image, &white, target, 0, null) == 0) throw Refuse(source, image);
                }
                return new RgbImage((int)image.Width, (int)image.Height, pixels);
            }
        }
        finally
        {
            LibPng.png_image_free(&image);
        }
    }

    /// <summary>Writes the picture; equal pixels give equal bytes. The file appears whole or not at all.</summary>
    public static void Write(string path, RgbImage picture) => AtomicFile.Write(path, Encode(picture));

    /// <summary>The picture as the bytes of a PNG file.</summary>
    public static byte[] Encode(RgbImage picture)
    {
        // Deflate's worst case is a little more than the input; libpng says how much it lacks if this guess is too small.
        var size = (nuint)(picture.Pixels.LongLength + picture.Pixels.LongLength / 8 + picture.Height + 4096);
        while (true)
        {
            var file = new byte[size];
            var given = size;
            var image = new LibPng.Image
            {
                Version = LibPng.Version,
                Width = (uint)picture.Width,
                Height = (uint)picture.Height,
                Format = LibPng.FormatRgb,
            };
            try
            {
                fixed (byte* target = file, pixels = picture.Pixels)
                {
                    if (LibPng.png_image_write_to_memory(&image, target, &size, 0, pixels, 0, null) != 0)
                        return file.AsSpan(0, (int)size).ToArray();
                }
                if (size <= given) throw new InvalidOperationException($"libpng could not write a picture: {image.Message}");
            }
            finally
            {
                LibPng.png_image_free(&image);
            }
        }
    }

    private static InvalidDataException Refuse(string source, LibPng.Image image) =>
        new($"`{source}` is not a usable PNG: {image.Message}");
}

using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Lethe.Diffusion.Images;
using Lethe.Diffusion.Tests.Hostile;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.Processing;

namespace Lethe.Diffusion.Tests.Images;

public sealed class ImageFileTests
{
    [Fact]
    public void Decode_EncodedPicture_ReturnsItsPixels() =>
        Prop.ForAll(Gen.Choose(1, 20).Two().ToArbitrary(), size =>
        {
            var picture = Noise(size.Item1, size.Item2);
            var back = ImageFile.Decode(ImageFile.Encode(picture), "memory");
            return back.Width == picture.Width && back.Height == picture.Height && back.Pixels.SequenceEqual(picture.Pixels);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Write_SamePicture_GivesSameBytesAndLeavesNothingElse()
    {
        using var folder = new TemporaryFolder();

        ImageFile.Write(folder.File("a.png"), Noise(9, 5));
        ImageFile.Write(folder.File("b.png"), Noise(9, 5));

        Assert.Equal(File.ReadAllBytes(folder.File("a.png")), File.ReadAllBytes(folder.File("b.png")));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public void Read_TransparentPixel_ShowsWhite()
    {
        // One red pixel at full, half and no opacity.
        var file = Png(3, 1, bitDepth: 8, colourType: 6, [0, 255, 0, 0, 255, 255, 0, 0, 128, 255, 0, 0, 0]);

        var pixels = ImageFile.Decode(file, "memory").Pixels;

        Assert.Equal([255, 0, 0], pixels[..3]);
        Assert.Equal(255, pixels[3]);
        Assert.InRange(pixels[4], 100, 200);
        Assert.Equal([255, 255, 255], pixels[6..]);
    }

    [Fact]
    public void Read_SixteenBitGrey_KeepsItsBrightness()
    {
        var file = Png(2, 1, bitDepth: 16, colourType: 0, [0, 0x80, 0x00, 0xFF, 0xFF]);

        var pixels = ImageFile.Decode(file, "memory").Pixels;

        Assert.Equal([128, 128, 128, 255, 255, 255], pixels);
    }

    [Fact]
    public void Decode_JpegAndWebp_ShowTheSameAsPng()
    {
        var png = ImageFile.Decode(PictureBytes.Bytes(new PngEncoder()), "memory");
        foreach (var (encoder, apart) in new (IImageEncoder, int)[]
        {
            (new WebpEncoder { FileFormat = WebpFileFormatType.Lossless }, 0),
            (new WebpEncoder { FileFormat = WebpFileFormatType.Lossy, Quality = 95 }, 12),
        })
            AssertAlike(png, ImageFile.Decode(PictureBytes.Bytes(encoder), "memory"), apart);

        // JPEG has no transparency, so that neither has the PNG it is compared with.
        var opaque = ImageFile.Decode(PictureBytes.Bytes(new PngEncoder(), change: Opaque), "memory");
        var jpeg = PictureBytes.Bytes(new JpegEncoder { Quality = 100, ColorType = JpegColorType.YCbCrRatio444 });
        AssertAlike(opaque, ImageFile.Decode(jpeg, "memory"), 6);
    }

    [Fact]
    public void Decode_InterlacedPng_IsRefused()
    {
        // With this one ImageSharp 2.1.13 stays in its loop for ever.
        var file = Convert.FromHexString(
            "89504E470D0A1A0A0000000D49484452000000150000000D0806000001319515F6000000097048597300000EC400000EC401952B0E1B00" +
            "00009049444154789CD54FCB0E4030109C438F7572E10B38F223DC7BF329FB1F7C6B2D453D965442C426934E77B6B3530518DB00609042" +
            "8BA554E1141AD4AD82CAD88249C9E093A693850E62A904FE0583DC74254CCACD5A6A66C6264C66A49ED38A8F106DCF4A5C773AACE163AC" +
            "23ECEE43DED0F51F0EE68F3BC6C66A2612A2638F2EB405C1DBEF54F031383434363734343037333730FA4C9E2A363136DFEF99BE92F42F" +
            "A63DAA2E2E2F2E2E2F7862193D9ABDFFA10000000049454E44AE426082");

        var error = Assert.Throws<InvalidDataException>(() => ImageFile.Decode(file, "mesh.png"));

        Assert.Equal("`mesh.png` is an interlaced PNG, which is not read\n\nhint: save it without interlacing", error.Message);
    }

    [Fact]
    public void Decode_ProgressiveJpeg_IsRead()
    {
        var (_, file) = PictureBytes.Valid().Single(picture => picture.Name == "progressive.jpg");

        var picture = ImageFile.Decode(file, "memory");

        Assert.Equal((21, 13), (picture.Width, picture.Height));
        Assert.InRange(picture.Pixels[0], 0, 40);
        Assert.InRange(picture.Pixels[60], 215, 255);
    }

    [Fact]
    public void Decode_JpegOfATurnedCamera_StandsUpright()
    {
        var upright = ImageFile.Decode(PictureBytes.Bytes(new JpegEncoder { Quality = 100 }, 20, 10), "memory");

        var turned = ImageFile.Decode(PictureBytes.Bytes(new JpegEncoder { Quality = 100 }, 20, 10, image =>
        {
            image.Metadata.ExifProfile = new ExifProfile();
            image.Metadata.ExifProfile.SetValue(ExifTag.Orientation, (ushort)6);
        }), "memory");

        Assert.Equal((10, 20), (turned.Width, turned.Height));
        // The upper left corner of what the sensor saw is the upper right one of the scene.
        Assert.Equal(upright.Pixels[..3], turned.Pixels[27..30]);
    }

    [Theory]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"/>")]
    [InlineData("GIF89a\u0001\0\u0001\0\0\0\0")]
    [InlineData("BM")]
    public void Decode_OtherFormat_IsRefusedWithThoseThatAreRead(string content)
    {
        var error = Assert.Throws<InvalidDataException>(() => ImageFile.Decode(Encoding.Latin1.GetBytes(content), "other.bin"));

        Assert.StartsWith(
            "`other.bin` is not a usable picture: it does not begin like a PNG, JPEG or WebP file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_Picture_WritesPixelsAndNothingElse()
    {
        var file = ImageFile.Encode(Noise(9, 5));

        Assert.Equal(["IHDR", "IDAT", "IEND"], ChunkTypes(file));
    }

    [Fact]
    public void Read_TruncatedFile_IsRefusedWithItsName()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("cut.png");
        var whole = ImageFile.Encode(Noise(40, 40));

        foreach (var length in new[] { 0, 1, 7, 8, 20, 33, 60, whole.Length / 2 })
        {
            File.WriteAllBytes(path, whole[..length]);
            var error = Assert.Throws<InvalidDataException>(() => ImageFile.Read(path));
            Assert.StartsWith($"`{path}` is not a usable picture: ", error.Message, StringComparison.Ordinal);
            Assert.Contains("\n\nhint: ", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_AnyCorruptedByte_IsRefusedOrReadButNeverCrashes()
    {
        var whole = ImageFile.Encode(Noise(7, 7));
        Prop.ForAll(Gen.Choose(0, whole.Length - 1).ToArbitrary(), Gen.Choose(1, 255).ToArbitrary(), (at, flip) =>
        {
            var file = whole.ToArray();
            file[at] ^= (byte)flip;
            try
            {
                ImageFile.Decode(file, "memory");
            }
            catch (InvalidDataException)
            {
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Read_HugeDimensions_IsRefusedBeforeAllocating()
    {
        var file = Png(60_000, 60_000, bitDepth: 8, colourType: 2, [0]);

        var error = Assert.Throws<InvalidDataException>(() => ImageFile.Decode(file, "bomb.png"));

        Assert.Equal("`bomb.png` has 60000 x 60000 pixels, expected at most 16777216 in all", error.Message);
    }

    [Fact]
    public void Write_FolderMissing_MakesIt()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "new", "a.png");

        ImageFile.Write(path, Noise(2, 2));

        Assert.Equal([path], Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    internal static RgbImage Noise(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        new Random(width * 1000 + height).NextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }

    private static void Opaque(Image image) => image.Mutate(picture => picture.ProcessPixelRowsAsVector4(row =>
    {
        foreach (ref var pixel in row)
            pixel.W = 1;
    }));

    private static void AssertAlike(RgbImage expected, RgbImage found, int apart)
    {
        Assert.Equal((expected.Width, expected.Height), (found.Width, found.Height));
        Assert.All(expected.Pixels.Zip(found.Pixels), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, apart));
    }

    private static List<string> ChunkTypes(byte[] png)
    {
        var types = new List<string>();
        for (var at = 8; at < png.Length; at += 12 + BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at)))
            types.Add(Encoding.ASCII.GetString(png, at + 4, 4));
        return types;
    }

    private static byte[] Png(int width, int height, byte bitDepth, byte colourType, byte[] rows)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (bitDepth, colourType);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(rows);
        return [0x89, .. "PNG\r\n\u001A\n"u8, .. Chunk("IHDR", header), .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        var chunk = new byte[body.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        body.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(body.Length + 4), PictureBytes.Sum(body));
        return chunk;
    }
}

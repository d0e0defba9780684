using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Lethe.Diffusion.Images;

namespace Lethe.Diffusion.Tests.Images;

public sealed class PngImageTests
{
    [Fact]
    public void Decode_EncodedPicture_ReturnsItsPixels() =>
        Prop.ForAll(Gen.Choose(1, 20).Two().ToArbitrary(), size =>
        {
            var picture = Noise(size.Item1, size.Item2);
            var back = PngImage.Decode(PngImage.Encode(picture), "memory");
            return back.Width == picture.Width && back.Height == picture.Height && back.Pixels.SequenceEqual(picture.Pixels);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Write_SamePicture_GivesSameBytesAndLeavesNothingElse()
    {
        using var folder = new TemporaryFolder();

        PngImage.Write(folder.File("a.png"), Noise(9, 5));
        PngImage.Write(folder.File("b.png"), Noise(9, 5));

        Assert.Equal(File.ReadAllBytes(folder.File("a.png")), File.ReadAllBytes(folder.File("b.png")));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public void Read_TransparentPixel_ShowsWhite()
    {
        // One red pixel at full, half and no opacity.
        var file = Png(3, 1, bitDepth: 8, colourType: 6, [0, 255, 0, 0, 255, 255, 0, 0, 128, 255, 0, 0, 0]);

        var pixels = PngImage.Decode(file, "memory").Pixels;

        Assert.Equal([255, 0, 0], pixels[..3]);
        Assert.Equal(255, pixels[3]);
        Assert.InRange(pixels[4], 100, 200);
        Assert.Equal([255, 255, 255], pixels[6..]);
    }

    [Fact]
    public void Read_SixteenBitGrey_KeepsItsBrightness()
    {
        var file = Png(2, 1, bitDepth: 16, colourType: 0, [0, 0x80, 0x00, 0xFF, 0xFF]);

        var pixels = PngImage.Decode(file, "memory").Pixels;

        Assert.Equal([128, 128, 128, 255, 255, 255], pixels);
    }

    [Fact]
    public void Read_TruncatedFile_IsRefusedWithItsName()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("cut.png");
        var whole = PngImage.Encode(Noise(40, 40));

        foreach (var length in new[] { 0, 1, 7, 8, 20, 33, 60, whole.Length / 2 })
        {
            File.WriteAllBytes(path, whole[..length]);
            var error = Assert.Throws<InvalidDataException>(() => PngImage.Read(path));
            Assert.StartsWith($"`{path}` is not a usable PNG: ", error.Message, StringComparison.Ordinal);
            Assert.False(error.Message.EndsWith(": ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Read_AnyCorruptedByte_IsRefusedOrReadButNeverCrashes()
    {
        var whole = PngImage.Encode(Noise(7, 7));
        Prop.ForAll(Gen.Choose(0, whole.Length - 1).ToArbitrary(), Gen.Choose(1, 255).ToArbitrary(), (at, flip) =>
        {
            var file = whole.ToArray();
            file[at] ^= (byte)flip;
            try
            {
                PngImage.Decode(file, "memory");
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

        var error = Assert.Throws<InvalidDataException>(() => PngImage.Decode(file, "bomb.png"));

        Assert.Equal("`bomb.png` has 60000 x 60000 pixels, expected at most 16777216 in all", error.Message);
    }

    [Fact]
    public void Write_FolderMissing_MakesIt()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "new", "a.png");

        PngImage.Write(path, Noise(2, 2));

        Assert.Equal([path], Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    internal static RgbImage Noise(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        new Random(width * 1000 + height).NextBytes(pixels);
        return new RgbImage(width, height, pixels);
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
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(body.Length + 4), Crc(body));
        return chunk;
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = ~0u;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}

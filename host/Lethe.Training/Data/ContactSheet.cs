using Lethe.Diffusion.Images;

namespace Lethe.Training.Data;

/// <summary>All pictures on one sheet, for the eye: a column per object, a row per style, in bands.</summary>
internal static class ContactSheet
{
    private const int ColumnsPerBand = 20;
    private const int Gap = 4;
    private static readonly byte[] Background = [0xB0, 0xB0, 0xB0];
    private static readonly byte[] HeldOut = [0xE0, 0x30, 0x30];

    /// <summary>Writes the sheet as PNG; held-out pictures have a red frame, missing ones are grey.</summary>
    public static void Write(string path, IReadOnlyList<PictureCell> cells, int objects, int styles, int size)
    {
        var pitch = size + Gap;
        var bands = (objects + ColumnsPerBand - 1) / ColumnsPerBand;
        var sheet = Blank((ColumnsPerBand * pitch) + Gap, (bands * ((styles * pitch) + (2 * Gap))) + Gap);
        foreach (var cell in cells)
        {
            var x = Gap + (cell.Object % ColumnsPerBand * pitch);
            var y = Gap + (cell.Object / ColumnsPerBand * ((styles * pitch) + (2 * Gap))) + (cell.Style * pitch);
            if (cell.HeldOut)
                for (var row = -2; row < size + 2; row++)
                    Fill(Row(sheet, x - 2, y + row, size + 4), HeldOut);
            for (var row = 0; row < size; row++)
                cell.Pixels.AsSpan(3 * row * size, 3 * size).CopyTo(Row(sheet, x, y + row, size));
        }

        ImageFile.Write(path, sheet);
    }

    private static RgbImage Blank(int width, int height)
    {
        var pixels = new byte[checked(3 * width * height)];
        Fill(pixels, Background);
        return new RgbImage(width, height, pixels);
    }

    private static Span<byte> Row(RgbImage sheet, int x, int y, int count) => sheet.Pixels.AsSpan(3 * ((y * sheet.Width) + x), 3 * count);

    private static void Fill(Span<byte> pixels, byte[] colour)
    {
        for (var at = 0; at < pixels.Length; at += 3)
            colour.CopyTo(pixels[at..]);
    }
}

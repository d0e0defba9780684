namespace Lethe.Training.Data;

/// <summary>All pictures on one sheet, for the eye: a column per object, a row per style, in bands.</summary>
internal static unsafe class ContactSheet
{
    private const int ColumnsPerBand = 20;
    private const int Gap = 4;
    private const uint Background = 0xFFB0B0B0;
    private const uint HeldOut = 0xFFE03030;

    /// <summary>Writes the sheet as PNG; held-out pictures have a red frame, missing ones are grey.</summary>
    public static void Write(string path, IReadOnlyList<PictureCell> cells, int objects, int styles, int size)
    {
        var pitch = size + Gap;
        var bands = (objects + ColumnsPerBand - 1) / ColumnsPerBand;
        var width = (ColumnsPerBand * pitch) + Gap;
        var height = (bands * ((styles * pitch) + (2 * Gap))) + Gap;
        var surface = RsvgNative.CreateSurface(RsvgNative.Rgb24, width, height);
        try
        {
            if (RsvgNative.SurfaceStatus(surface) != 0)
            {
                throw new IOException($"cairo cannot make a sheet of {width} x {height} pixels");
            }

            RsvgNative.Flush(surface);
            var stride = RsvgNative.Stride(surface) / 4;
            var sheet = new Span<uint>(RsvgNative.Pixels(surface), stride * height);
            sheet.Fill(Background);
            foreach (var cell in cells)
            {
                var x = Gap + (cell.Object % ColumnsPerBand * pitch);
                var y = Gap + (cell.Object / ColumnsPerBand * ((styles * pitch) + (2 * Gap))) + (cell.Style * pitch);
                Draw(sheet, stride, x, y, cell, size);
            }

            RsvgNative.MarkDirty(surface);
            if (RsvgNative.WritePng(surface, path) is var status and not 0)
            {
                throw new IOException($"cannot write `{path}`: cairo reports status {status}");
            }
        }
        finally
        {
            RsvgNative.DestroySurface(surface);
        }
    }

    private static void Draw(Span<uint> sheet, int stride, int x, int y, PictureCell cell, int size)
    {
        if (cell.HeldOut)
        {
            for (var row = -2; row < size + 2; row++)
            {
                sheet.Slice(((y + row) * stride) + x - 2, size + 4).Fill(HeldOut);
            }
        }

        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < size; column++)
            {
                var p = cell.Pixels.AsSpan(((row * size) + column) * 3, 3);
                sheet[((y + row) * stride) + x + column] = 0xFF000000 | ((uint)p[0] << 16) | ((uint)p[1] << 8) | p[2];
            }
        }
    }
}

namespace Lethe.Diffusion.Images;

/// <summary>Contact sheets.</summary>
public static class ImageGrid
{
    /// <summary>
    /// Lays pictures out row by row in cells of the largest width and height, each picture in its cell's middle, on white.
    /// </summary>
    /// <param name="pictures">At least one.</param>
    /// <param name="columns">Cells a row, at least 1; fewer pictures than that make a narrower sheet.</param>
    /// <param name="gap">White pixels between cells and around the sheet.</param>
    public static RgbImage Compose(IReadOnlyList<RgbImage> pictures, int columns, int gap = 2)
    {
        ArgumentOutOfRangeException.ThrowIfZero(pictures.Count, nameof(pictures));
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(gap);

        columns = Math.Min(columns, pictures.Count);
        var rows = (pictures.Count + columns - 1) / columns;
        var (cellWidth, cellHeight) = (pictures.Max(p => p.Width), pictures.Max(p => p.Height));
        var (width, height) = (checked(columns * (cellWidth + gap) + gap), checked(rows * (cellHeight + gap) + gap));
        var sheet = new byte[checked(3 * width * height)];
        Array.Fill(sheet, (byte)255);

        for (var i = 0; i < pictures.Count; i++)
        {
            var picture = pictures[i];
            var left = gap + i % columns * (cellWidth + gap) + (cellWidth - picture.Width) / 2;
            var top = gap + i / columns * (cellHeight + gap) + (cellHeight - picture.Height) / 2;
            for (var y = 0; y < picture.Height; y++)
                picture.Pixels.AsSpan(3 * y * picture.Width, 3 * picture.Width).CopyTo(sheet.AsSpan(3 * ((top + y) * width + left)));
        }
        return new RgbImage(width, height, sheet);
    }
}

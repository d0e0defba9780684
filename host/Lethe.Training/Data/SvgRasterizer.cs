using System.Runtime.InteropServices;
using System.Text;

namespace Lethe.Training.Data;

/// <summary>Draws an SVG document into a small picture on white.</summary>
internal static unsafe class SvgRasterizer
{
    // Drawn this many times larger, then averaged: librsvg's own antialiasing is too coarse for thin lines at 64 pixels.
    private const int Oversampling = 8;

    /// <summary>Draws <paramref name="svg"/>, proportions kept, centred.</summary>
    /// <returns><c>[size, size, 3]</c> bytes, RGB.</returns>
    /// <exception cref="InvalidDataException">librsvg cannot read or draw the document.</exception>
    public static byte[] Draw(string svg, int size)
    {
        var large = size * Oversampling;
        var surface = RsvgNative.CreateSurface(RsvgNative.Rgb24, large, large);
        try
        {
            Check(RsvgNative.SurfaceStatus(surface));
            Render(svg, surface, large);
            RsvgNative.Flush(surface);
            return BoxFilter(RsvgNative.Pixels(surface), RsvgNative.Stride(surface), size);
        }
        finally
        {
            RsvgNative.DestroySurface(surface);
        }
    }

    private static void Render(string svg, nint surface, int large)
    {
        var context = RsvgNative.CreateContext(surface);
        nint handle = 0;
        RsvgNative.GError* error = null;
        try
        {
            RsvgNative.SetColour(context, 1, 1, 1);
            RsvgNative.Paint(context);

            var bytes = Encoding.UTF8.GetBytes(svg);
            fixed (byte* data = bytes)
            {
                handle = RsvgNative.Open(data, (nuint)bytes.Length, &error);
            }

            var viewport = new RsvgNative.Rectangle { Width = large, Height = large };
            if (handle == 0 || RsvgNative.Render(handle, context, &viewport, &error) == 0)
            {
                var reason = error == null ? "no reason given" : Marshal.PtrToStringUTF8(error->Message);
                throw new InvalidDataException($"librsvg cannot draw the picture: {reason}");
            }

            Check(RsvgNative.ContextStatus(context));
        }
        finally
        {
            if (error != null)
            {
                RsvgNative.Free(error);
            }

            if (handle != 0)
            {
                RsvgNative.Release(handle);
            }

            RsvgNative.DestroyContext(context);
        }
    }

    private static byte[] BoxFilter(byte* pixels, int stride, int size)
    {
        const int Count = Oversampling * Oversampling;
        var result = new byte[size * size * 3];
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                int red = 0, green = 0, blue = 0;
                for (var dy = 0; dy < Oversampling; dy++)
                {
                    var row = (uint*)(pixels + ((long)((y * Oversampling) + dy) * stride)) + (x * Oversampling);
                    for (var dx = 0; dx < Oversampling; dx++)
                    {
                        red += (int)(row[dx] >> 16) & 255;
                        green += (int)(row[dx] >> 8) & 255;
                        blue += (int)row[dx] & 255;
                    }
                }

                var at = ((y * size) + x) * 3;
                result[at] = (byte)((red + (Count / 2)) / Count);
                result[at + 1] = (byte)((green + (Count / 2)) / Count);
                result[at + 2] = (byte)((blue + (Count / 2)) / Count);
            }
        }

        return result;
    }

    private static void Check(int status)
    {
        if (status != 0)
        {
            throw new InvalidDataException($"cairo reports status {status}, expected 0");
        }
    }
}

using System.Runtime.InteropServices;

namespace Lethe.Training.Data;

/// <summary>The few entry points of librsvg, cairo and glib that drawing an SVG takes.</summary>
internal static unsafe partial class RsvgNative
{
    private const string Rsvg = "librsvg-2.so.2";
    private const string Cairo = "libcairo.so.2";
    private const string GObject = "libgobject-2.0.so.0";
    private const string GLib = "libglib-2.0.so.0";

    /// <summary>CAIRO_FORMAT_RGB24: 32 bits a pixel, the upper 8 unused, native byte order.</summary>
    public const int Rgb24 = 1;

    [LibraryImport(Rsvg, EntryPoint = "rsvg_handle_new_from_data")]
    public static partial nint Open(byte* data, nuint length, GError** error);

    [LibraryImport(Rsvg, EntryPoint = "rsvg_handle_render_document")]
    public static partial int Render(nint handle, nint context, Rectangle* viewport, GError** error);

    [LibraryImport(GObject, EntryPoint = "g_object_unref")]
    public static partial void Release(nint handle);

    [LibraryImport(GLib, EntryPoint = "g_error_free")]
    public static partial void Free(GError* error);

    [LibraryImport(Cairo, EntryPoint = "cairo_image_surface_create")]
    public static partial nint CreateSurface(int format, int width, int height);

    [LibraryImport(Cairo, EntryPoint = "cairo_surface_status")]
    public static partial int SurfaceStatus(nint surface);

    [LibraryImport(Cairo, EntryPoint = "cairo_image_surface_get_data")]
    public static partial byte* Pixels(nint surface);

    [LibraryImport(Cairo, EntryPoint = "cairo_image_surface_get_stride")]
    public static partial int Stride(nint surface);

    [LibraryImport(Cairo, EntryPoint = "cairo_surface_flush")]
    public static partial void Flush(nint surface);

    [LibraryImport(Cairo, EntryPoint = "cairo_surface_mark_dirty")]
    public static partial void MarkDirty(nint surface);

    [LibraryImport(Cairo, EntryPoint = "cairo_surface_destroy")]
    public static partial void DestroySurface(nint surface);

    [LibraryImport(Cairo, EntryPoint = "cairo_surface_write_to_png", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int WritePng(nint surface, string path);

    [LibraryImport(Cairo, EntryPoint = "cairo_create")]
    public static partial nint CreateContext(nint surface);

    [LibraryImport(Cairo, EntryPoint = "cairo_status")]
    public static partial int ContextStatus(nint context);

    [LibraryImport(Cairo, EntryPoint = "cairo_set_source_rgb")]
    public static partial void SetColour(nint context, double red, double green, double blue);

    [LibraryImport(Cairo, EntryPoint = "cairo_paint")]
    public static partial void Paint(nint context);

    [LibraryImport(Cairo, EntryPoint = "cairo_destroy")]
    public static partial void DestroyContext(nint context);

    /// <summary>RsvgRectangle, in pixels.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Rectangle
    {
        public double X;
        public double Y;
        public double Width;
        public double Height;
    }

    /// <summary>GError.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct GError
    {
        public uint Domain;
        public int Code;
        public nint Message;
    }
}

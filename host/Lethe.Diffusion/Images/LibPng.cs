using System.Runtime.InteropServices;
using System.Text;

namespace Lethe.Diffusion.Images;

/// <summary>The simplified API of the system's libpng 1.6, which catches its own long jumps.</summary>
internal static unsafe partial class LibPng
{
    public const uint Version = 1;
    public const uint FormatRgb = 2;

    /// <summary>Sixteen-bit samples without colour information are sRGB, as everybody writes them.</summary>
    public const uint Flag16BitSrgb = 4;

    private const string Library = "png16";

    private static readonly string[] FileNames = ["libpng16.so.16", "libpng16.16.dylib", "libpng16.dll"];

    static LibPng() => NativeLibrary.SetDllImportResolver(typeof(LibPng).Assembly, Resolve);

    [LibraryImport(Library)]
    public static partial int png_image_begin_read_from_memory(Image* image, byte* memory, nuint size);

    [LibraryImport(Library)]
    public static partial int png_image_finish_read(Image* image, Colour* background, byte* buffer, int rowStride, void* colourMap);

    [LibraryImport(Library)]
    public static partial int png_image_write_to_memory(
        Image* image, byte* memory, nuint* size, int convertTo8Bit, byte* buffer, int rowStride, void* colourMap);

    [LibraryImport(Library)]
    public static partial void png_image_free(Image* image);

    private static IntPtr Resolve(string name, System.Reflection.Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library) return IntPtr.Zero;
        foreach (var file in FileNames)
            if (NativeLibrary.TryLoad(file, out var handle)) return handle;
        throw new DllNotFoundException(
            $"the system has no libpng 1.6 (tried `{string.Join("`, `", FileNames)}`)\n\nhint: `apt-get install libpng16-16`");
    }

    /// <summary><c>png_image</c> of png.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Image
    {
        public IntPtr Opaque;
        public uint Version;
        public uint Width;
        public uint Height;
        public uint Format;
        public uint Flags;
        public uint ColourMapEntries;
        public uint WarningOrError;
        private fixed byte message[64];

        public readonly string Message
        {
            get
            {
                fixed (byte* text = message)
                {
                    var bytes = new ReadOnlySpan<byte>(text, 64);
                    var end = bytes.IndexOf((byte)0);
                    return Encoding.ASCII.GetString(end < 0 ? bytes : bytes[..end]);
                }
            }
        }
    }

    /// <summary><c>png_color</c> of png.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Colour
    {
        public byte Red;
        public byte Green;
        public byte Blue;
    }
}

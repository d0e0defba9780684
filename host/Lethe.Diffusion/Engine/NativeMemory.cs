using System.Runtime.InteropServices;

namespace Lethe.Diffusion.Engine;

/// <summary>
/// How the C library keeps memory that tensors have freed. By default glibc returns each large block to the system and fetches fresh pages for the next
/// one: a gelu of 8192 x 1280 then takes 48 ms instead of 9. Where there is no glibc nothing is done.
/// </summary>
public static partial class NativeMemory
{
    private const int TrimThreshold = -1, MapThreshold = -3;

    /// <summary>Blocks above this are still mapped one by one: the few feature maps of a large picture, which would leave holes that nothing else fills.</summary>
    private const int LargestKept = (128 << 20) + 1;

    /// <summary>Keeps freed blocks in the heap and never trims it by itself; to be called before the first tensor.</summary>
    public static void KeepFreedBlocks() => OnGlibc(() =>
    {
        _ = SetOption(MapThreshold, LargestKept);
        _ = SetOption(TrimThreshold, int.MaxValue);
    });

    /// <summary>Gives the freed blocks back after all, between works of different sizes: what one has left is full of holes for the next.</summary>
    public static void ReturnFreedBlocks() => OnGlibc(() => _ = Trim(0));

    private static void OnGlibc(Action call)
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            call();
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, such as musl.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint kept);
}

using System.Runtime.InteropServices;

namespace Lethe.Torch.Native;

/// <summary>Loads the shim once, from beside this assembly, so that a plugin's load context never decides which libtorch runs.</summary>
internal static class NativeLibraries
{
    private static readonly Lazy<nint> Shim = new(LoadShim);

    internal static void Load() =>
        NativeLibrary.SetDllImportResolver(
            typeof(NativeLibraries).Assembly,
            static (name, _, _) => name == NativeMethods.Library ? Shim.Value : 0);

    private static nint LoadShim()
    {
        var path = Path.Combine(Path.GetDirectoryName(typeof(NativeLibraries).Assembly.Location) ?? AppContext.BaseDirectory, "liblethe_torch.so");
        if (!File.Exists(path))
            throw new DllNotFoundException($"the libtorch shim is missing: expected `{path}`\n\nhint: build the project again, `dotnet build Plugins.sln`");
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException error)
        {
            throw new DllNotFoundException(
                $"libtorch could not be loaded through `{path}`: {error.Message}\n\nhint: install `libtorch-dev`, or set `LIBTORCH` and rebuild", error);
        }
    }
}

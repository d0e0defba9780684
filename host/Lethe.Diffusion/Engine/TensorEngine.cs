using System.Runtime.InteropServices;

namespace Lethe.Diffusion.Engine;

/// <summary>TorchSharp's libtorch did not load; the message has the dynamic loader's own reason.</summary>
public sealed class EngineException(string message, Exception inner) : Exception(message, inner);

/// <summary>Gets libtorch ready for a thread's work.</summary>
public static class TensorEngine
{
    /// <summary>Loads the engine; called once before the first tensor, by the thread that computes.</summary>
    /// <param name="threads">Cores that one operation may use; the engine's own default is one on some machines.</param>
    /// <exception cref="EngineException">It does not load.</exception>
    public static void Start(int threads)
    {
        NativeMemory.KeepFreedBlocks();
        ConvolutionKernels.FitThisMachine();
        try
        {
            UseThreads(threads);
        }
        catch (Exception failure) when (failure is TypeInitializationException or DllNotFoundException or NotSupportedException or EntryPointNotFoundException)
        {
            throw new EngineException($"the tensor engine does not load: {Reason() ?? failure.GetBaseException().Message.ReplaceLineEndings(" ")}", failure);
        }
    }

    /// <summary>As <see cref="Start"/>, for a further thread that computes beside the first.</summary>
    /// <param name="threads">Cores that one of its operations may use.</param>
    public static void UseThreads(int threads)
    {
        DenormalFlush.Enable();
        torch.set_num_threads(threads);
    }

    /// <summary>TorchSharp says that a package reference is missing, whatever is wrong; the dynamic loader knows better.</summary>
    private static string? Reason()
    {
        var folder = NativeFolder();
        if (!Directory.Exists(folder))
            return $"`{folder}` is missing; there is no libtorch for {RuntimeInformation.RuntimeIdentifier} in this build";
        foreach (var name in (string[])["c10", "torch_cpu", "LibTorchSharp"])
        {
            var file = Path.Combine(folder, FileName(name));
            if (!File.Exists(file))
                return $"`{file}` is missing; build again";
            if (Failure(file) is { } reason)
                return reason;
        }

        return null;
    }

    /// <summary>Where a build puts the native files of this system.</summary>
    internal static string NativeFolder() => Path.Combine(
        AppContext.BaseDirectory, "runtimes",
        $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64")}",
        "native");

    private static string FileName(string name) =>
        OperatingSystem.IsWindows() ? name + ".dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";

    internal static string? Failure(string file)
    {
        try
        {
            NativeLibrary.Load(file);
            return null;
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            // The runtime adds a lecture about LD_DEBUG to the loader's own line, which names the file.
            var lines = failure.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return lines.LastOrDefault(line => line.StartsWith(file, StringComparison.Ordinal)) ?? lines.LastOrDefault() ?? failure.Message;
        }
    }
}

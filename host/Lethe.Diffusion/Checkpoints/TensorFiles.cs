using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>Opens files of tensors by what they are, not by what they are called.</summary>
public static class TensorFiles
{
    /// <summary>Endings of files that may hold a whole model.</summary>
    public static IReadOnlyList<string> Endings { get; } = [".safetensors", ".ckpt", ".pt", ".pth", ".bin"];

    /// <summary>Opens a safetensors file or, read as plain data, a file of PyTorch's <c>torch.save</c>.</summary>
    /// <exception cref="CheckpointException">The file is neither, or malformed; the message names file and byte.</exception>
    public static ITensorFile Open(string path)
    {
        if (!File.Exists(path))
            throw new CheckpointException($"`{path}` does not exist");
        return StartsAsZip(path) ? TorchFile.Open(path)
            : path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) || !StartsAsPickle(path) ? SafetensorsFile.Open(path)
            : throw new CheckpointException(
                $"`{path}` starts with a pickle at byte 0, expected safetensors or the zip format of PyTorch 1.6 and later" +
                "\n\nhint: load it in the program that wrote it and save it again, best as safetensors");
    }

    /// <summary>Reads tensors into weights for a network.</summary>
    /// <param name="file">The file.</param>
    /// <param name="weights">Where they go.</param>
    /// <param name="rename">New name of a tensor; null leaves it out.</param>
    /// <exception cref="CheckpointException">A weight is infinite or not a number, or two have the same name.</exception>
    internal static void ReadInto(this ITensorFile file, StateDict weights, Func<string, string?>? rename = null)
    {
        using var noGrad = torch.no_grad();
        foreach (var entry in file.Tensors)
        {
            if ((rename is null ? entry.Name : rename(entry.Name)) is { } name)
                weights.Add(name, ReadFinite(file, entry), entry.StoredType);
        }
    }

    /// <summary>A weight as float32, an integer table as it is; the caller disposes it.</summary>
    internal static Tensor ReadFinite(ITensorFile file, StoredTensor entry)
    {
        var tensor = file.Lend(entry.Name);
        if (tensor.dtype == ScalarType.Float64)
        {
            using var wide = tensor;
            tensor = wide.to(ScalarType.Float32);
        }

        if (tensor.dtype == ScalarType.Float32 && !Numbers.AllFinite(tensor))
        {
            tensor.Dispose();
            throw new CheckpointException($"`{file.Path}`: tensor `{entry.Name}` holds NaN or infinity, expected finite weights");
        }

        return tensor;
    }

    private static bool StartsAsZip(string path) => Start(path) is [(byte)'P', (byte)'K', 3, 4, ..];

    private static bool StartsAsPickle(string path) => Start(path) is [0x80, <= 5, ..];

    private static byte[] Start(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
        var start = new byte[4];
        return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }
}

using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>Opens files of tensors by what they are, not by what they are called.</summary>
public static class TensorFiles
{
    /// <summary>Numbers from which a weight in half precision stays so: widening it anew for each use costs little beside the arithmetic, and it fills memory.</summary>
    private const long FewestNarrow = 1 << 19;

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
                ReadInto(weights, name, file, entry);
        }
    }

    /// <summary>Reads one tensor into the weights of a network, under a name of its own.</summary>
    internal static void ReadInto(StateDict weights, string name, ITensorFile file, StoredTensor entry)
    {
        var tensor = ReadFinite(file, entry, narrow: entry.Count >= FewestNarrow);
        if (tensor.dtype is ScalarType.Float16 or ScalarType.BFloat16)
            weights.AddNarrow(name, tensor);
        else
            weights.Add(name, tensor, entry.StoredType);
    }

    /// <summary>A weight as float32, an integer table as it is; the caller disposes it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="entry">Which tensor.</param>
    /// <param name="narrow">Leaves half precision as it is, in the mapped file where possible.</param>
    /// <exception cref="CheckpointException">A weight is infinite or not a number.</exception>
    internal static Tensor ReadFinite(ITensorFile file, StoredTensor entry, bool narrow)
    {
        var isNarrow = entry.StoredType is ScalarType.Float16 or ScalarType.BFloat16;
        var tensor = isNarrow && !narrow ? file.Read(entry.Name) : file.Lend(entry.Name);
        if (tensor.dtype == ScalarType.Float64)
        {
            using var wide = tensor;
            tensor = wide.to(ScalarType.Float32);
        }

        if (tensor.IsFloat() && !Numbers.AllFinite(tensor))
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

using System.Buffers.Binary;
using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>A memory-mapped safetensors file. Its header is checked completely when it is opened; tensors are copied once at most, when read.</summary>
public sealed class SafetensorsFile : ITensorFile
{
    private readonly SortedDictionary<string, SafetensorsEntry> entries;
    private readonly MappedFile bytes;
    private readonly long dataStart;

    private SafetensorsFile(
        string path, MappedFile bytes, long dataStart, SortedDictionary<string, SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        (Path, this.bytes, this.dataStart, this.entries, Metadata) = (path, bytes, dataStart, entries, metadata);
    }

    public string Path { get; }

    /// <summary>The free text pairs of the header.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>All tensors by name, in order.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => entries;

    /// <inheritdoc/>
    public IEnumerable<StoredTensor> Tensors => entries.Values;

    /// <summary>Opens and checks a file.</summary>
    /// <exception cref="CheckpointException">The file is not a well-formed safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        if (!File.Exists(path))
            throw new CheckpointException($"`{path}` does not exist");
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var length = stream.Length;
        Span<byte> prefix = stackalloc byte[8];
        if (length < 8 || stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8)
            throw new CheckpointException($"`{path}` has `{length}` bytes, expected a safetensors file of at least 8");
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > SafetensorsHeader.LargestHeader || (long)headerLength > length - 8)
            throw new CheckpointException(
                $"`{path}` announces a header of `{headerLength}` bytes at byte 0, expected at most `{Math.Min(SafetensorsHeader.LargestHeader, length - 8)}`" +
                "\n\nhint: the file is truncated or not a safetensors file");
        var header = new byte[headerLength];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
            throw new CheckpointException($"`{path}` ends inside its header");
        var dataStart = 8 + (long)headerLength;
        var (entries, metadata) = SafetensorsHeader.Parse(header, length - dataStart, path);
        return new SafetensorsFile(path, new MappedFile(path, length), dataStart, entries, metadata);
    }

    /// <summary>
    /// Copies a tensor out of the file; the caller disposes it. Half-precision formats are widened to float32, all others keep their type.
    /// </summary>
    public Tensor Read(string name)
    {
        var entry = Find(name);
        return bytes.Read(entry, dataStart + entry.Begin);
    }

    /// <inheritdoc/>
    public Tensor Lend(string name)
    {
        var entry = Find(name);
        return bytes.Lend(entry, dataStart + entry.Begin);
    }

    /// <summary>Copies a tensor's bytes as they are in the file.</summary>
    public void CopyTo(string name, Stream target)
    {
        var entry = Find(name);
        bytes.CopyTo(dataStart + entry.Begin, entry.End - entry.Begin, target);
    }

    /// <summary>
    /// Reads all tensors into weights for a network; the caller owns the result.
    /// </summary>
    /// <exception cref="CheckpointException">A weight is infinite or not a number.</exception>
    public StateDict ReadAll()
    {
        var weights = new StateDict { Source = $"`{Path}`" };
        this.ReadInto(weights);
        return weights;
    }

    public void Dispose() => bytes.Dispose();

    private SafetensorsEntry Find(string name) =>
        entries.TryGetValue(name, out var entry) ? entry : throw new CheckpointException($"`{Path}`: tensor `{name}` is missing");
}

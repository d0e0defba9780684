using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>A memory-mapped safetensors file. Its header is checked completely when it is opened; tensors are copied once, when read.</summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly SortedDictionary<string, SafetensorsEntry> entries;
    private readonly MemoryMappedFile? map;
    private readonly MemoryMappedViewAccessor? view;
    private readonly long dataStart;

    private SafetensorsFile(
        string path, MemoryMappedFile? map, MemoryMappedViewAccessor? view, long dataStart,
        SortedDictionary<string, SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        (Path, this.map, this.view, this.dataStart, this.entries, Metadata) = (path, map, view, dataStart, entries, metadata);
    }

    public string Path { get; }

    /// <summary>The free text pairs of the header.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>All tensors by name, in order.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => entries;

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
        if (length == dataStart)
            return new SafetensorsFile(path, null, null, dataStart, entries, metadata);
        var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        return new SafetensorsFile(
            path, map, map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read), dataStart, entries, metadata);
    }

    /// <summary>
    /// Copies a tensor out of the file; the caller disposes it. Half-precision formats are widened to float32, all others keep their type.
    /// </summary>
    public Tensor Read(string name)
    {
        if (!entries.TryGetValue(name, out var entry))
            throw new CheckpointException($"`{Path}`: tensor `{name}` is missing");
        var widens = entry.StoredType is ScalarType.Float16 or ScalarType.BFloat16;
        if ((entry.End - entry.Begin) * (widens ? 2 : 1) > int.MaxValue)
            throw new CheckpointException($"`{Path}`: tensor `{name}` has shape `{Shapes.Text([.. entry.Shape])}`, expected less than 2 GiB");
        var tensor = torch.empty([.. entry.Shape], dtype: widens ? torch.float32 : entry.StoredType);
        if (entry.End > entry.Begin)
            Copy(entry, tensor, widens);
        return tensor;
    }

    /// <summary>Copies a tensor's bytes as they are in the file.</summary>
    public void CopyTo(string name, Stream target)
    {
        if (!entries.TryGetValue(name, out var entry))
            throw new CheckpointException($"`{Path}`: tensor `{name}` is missing");
        if (entry.End == entry.Begin)
            return;
        using var source = map!.CreateViewStream(dataStart + entry.Begin, entry.End - entry.Begin, MemoryMappedFileAccess.Read);
        source.CopyTo(target, 1 << 20);
    }

    /// <summary>
    /// Reads all tensors into weights for a network; the caller owns the result.
    /// </summary>
    /// <exception cref="CheckpointException">A weight is infinite or not a number.</exception>
    public StateDict ReadAll()
    {
        var weights = new StateDict { Source = $"`{Path}`" };
        ReadInto(weights);
        return weights;
    }

    public void Dispose()
    {
        view?.Dispose();
        map?.Dispose();
    }

    internal void ReadInto(StateDict weights)
    {
        using var noGrad = torch.no_grad();
        foreach (var entry in entries.Values)
        {
            var tensor = Read(entry.Name);
            if (tensor.dtype == ScalarType.Float64)
            {
                using var wide = tensor;
                tensor = wide.to(ScalarType.Float32);
            }

            if (tensor.dtype == ScalarType.Float32 && !Numbers.AllFinite(tensor))
            {
                tensor.Dispose();
                throw new CheckpointException($"`{Path}`: tensor `{entry.Name}` holds NaN or infinity, expected finite weights");
            }

            weights.Add(entry.Name, tensor, entry.StoredType);
        }
    }

    private unsafe void Copy(SafetensorsEntry entry, Tensor tensor, bool widens)
    {
        byte* start = null;
        var handle = view!.SafeMemoryMappedViewHandle;
        handle.AcquirePointer(ref start);
        try
        {
            var source = new ReadOnlySpan<byte>(start + view.PointerOffset + dataStart + entry.Begin, (int)(entry.End - entry.Begin));
            if (widens)
                Numbers.Widen(source, entry.StoredType, tensor.bytes);
            else
                source.CopyTo(tensor.bytes);
        }
        finally
        {
            handle.ReleasePointer();
        }
    }
}

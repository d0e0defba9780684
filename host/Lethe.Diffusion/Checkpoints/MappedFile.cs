using System.IO.MemoryMappedFiles;
using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>A file mapped into memory, read-only, from which tensors are copied.</summary>
internal sealed class MappedFile : IDisposable
{
    private readonly string path;
    private readonly MemoryMappedFile? map;
    private readonly MemoryMappedViewAccessor? view;

    /// <param name="path">The file.</param>
    /// <param name="length">Its length when it was checked; an empty file has no map.</param>
    public MappedFile(string path, long length)
    {
        this.path = path;
        if (length == 0)
            return;
        map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        try
        {
            view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>Copies a row-by-row tensor that begins at a byte of the file; half-precision formats are widened to float32.</summary>
    public Tensor Read(StoredTensor entry, long begin)
    {
        var widens = entry.StoredType is ScalarType.Float16 or ScalarType.BFloat16;
        if (entry.Bytes * (widens ? 2 : 1) > int.MaxValue)
            throw new CheckpointException($"`{path}`: tensor `{entry.Name}` has shape `{Shapes.Text([.. entry.Shape])}`, expected less than 2 GiB");
        var tensor = torch.empty([.. entry.Shape], dtype: widens ? torch.float32 : entry.StoredType);
        if (entry.Bytes == 0)
            return tensor;
        Use(begin, entry.Bytes, source =>
        {
            if (widens)
                Numbers.Widen(source, entry.StoredType, tensor.bytes);
            else
                source.CopyTo(tensor.bytes);
        });
        return tensor;
    }

    /// <summary>Copies bytes as they are.</summary>
    public void CopyTo(long begin, long length, Stream target)
    {
        if (length == 0)
            return;
        using var source = map!.CreateViewStream(begin, length, MemoryMappedFileAccess.Read);
        source.CopyTo(target, 1 << 20);
    }

    /// <summary>Lends bytes of the file, at most 2 GiB.</summary>
    public unsafe void Use(long begin, long length, Action<ReadOnlySpan<byte>> use)
    {
        byte* start = null;
        var handle = view!.SafeMemoryMappedViewHandle;
        handle.AcquirePointer(ref start);
        try
        {
            use(new ReadOnlySpan<byte>(start + view.PointerOffset + begin, (int)length));
        }
        finally
        {
            handle.ReleasePointer();
        }
    }

    public void Dispose()
    {
        view?.Dispose();
        map?.Dispose();
    }
}

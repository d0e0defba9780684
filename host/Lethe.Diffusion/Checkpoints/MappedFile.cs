using System.IO.MemoryMappedFiles;
using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>A file mapped into memory, from which tensors are copied, or in which they live.</summary>
internal sealed class MappedFile : IDisposable
{
    private readonly string path;
    private readonly MemoryMappedFile? map;
    private readonly MemoryMappedViewAccessor? view;
    private readonly long length;
    private readonly Dictionary<ScalarType, Tensor> whole = [];

    /// <param name="path">The file.</param>
    /// <param name="length">Its length when it was checked; an empty file has no map.</param>
    public MappedFile(string path, long length)
    {
        (this.path, this.length) = (path, length);
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

    /// <summary>
    /// As <see cref="Read"/>, but a tensor of floats or halves on its own boundary lives in a private map of the file, which lasts as long as it does; halves stay halves.
    /// </summary>
    public Tensor Lend(StoredTensor entry, long begin)
    {
        var size = SafetensorsType.Of(entry.StoredType).Size;
        var lends = entry.StoredType is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;
        if (!lends || begin % size != 0 || entry.Bytes is 0 or > int.MaxValue)
            return Read(entry, begin);
        if (!whole.TryGetValue(entry.StoredType, out var numbers))
            whole.Add(entry.StoredType, numbers = torch.from_file(path, shared: false, size: length / size, dtype: entry.StoredType).DetachFromDisposeScope());
        using var scope = torch.NewDisposeScope();
        // Not a view: views of one tensor share the counter by which autograd notices writes, and to train one weight would spoil all others.
        var tensor = torch.empty([0], dtype: entry.StoredType);
        tensor.set_(numbers.narrow(0, begin / size, entry.Count).view([.. entry.Shape]));
        return tensor.MoveToOuterDisposeScope();
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
        foreach (var numbers in whole.Values)
            numbers.Dispose();
        whole.Clear();
    }
}

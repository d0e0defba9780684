using System.Runtime.InteropServices;

namespace Lethe.Torch.Utils;

/// <summary>The elements of a CPU tensor in row-major order, typed.</summary>
public sealed class TensorAccessor<T>
    where T : unmanaged
{
    private readonly torch.Tensor _tensor;

    internal TensorAccessor(torch.Tensor tensor)
    {
        if (tensor.dtype != Dtypes.Of<T>())
            throw new ArgumentException($"the tensor holds `{tensor.dtype}`, not `{typeof(T).Name}`", nameof(tensor));
        _tensor = tensor.is_contiguous() ? tensor : tensor.contiguous();
    }

    /// <summary>Number of elements.</summary>
    public long Count => _tensor.NumberOfElements;

    private Span<T> Elements => MemoryMarshal.Cast<byte, T>(_tensor.bytes);

    /// <summary>One element, by its position in row-major order.</summary>
    public T this[long index] => Elements[checked((int)index)];

    /// <summary>Copies all elements.</summary>
    public T[] ToArray() => Elements.ToArray();

    /// <summary>Copies all elements into <paramref name="destination"/>.</summary>
    public void CopyTo(Span<T> destination) => Elements.CopyTo(destination);
}

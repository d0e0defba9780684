namespace Lethe.Torch;

/// <summary>Frees, when it is disposed, every tensor made on this thread since it was opened and not moved out.</summary>
public sealed class DisposeScope : IDisposable
{
    private const int CompactFrom = 1024;

    [ThreadStatic]
    private static DisposeScope? t_current;

    private readonly DisposeScope? _outer;
    private readonly List<torch.Tensor> _tensors = [];
    private int _owned;
    private bool _disposed;

    internal DisposeScope()
    {
        _outer = t_current;
        t_current = this;
    }

    /// <summary>How many tensors this scope would free now.</summary>
    public int DisposablesCount => _owned;

    internal static DisposeScope? Current => t_current;

    /// <summary>Hands a tensor to the scope around this one, or to nobody when there is none.</summary>
    /// <returns>The same tensor.</returns>
    public T MoveToOuter<T>(T tensor)
        where T : torch.Tensor
    {
        tensor.MoveTo(_outer);
        return tensor;
    }

    /// <summary>Takes a tensor over; this scope will free it.</summary>
    /// <returns>The same tensor.</returns>
    public T Attach<T>(T tensor)
        where T : torch.Tensor
    {
        tensor.MoveTo(this);
        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (t_current == this)
            t_current = _outer;
        foreach (var tensor in _tensors)
        {
            if (tensor.OwningDisposeScope == this)
                tensor.Dispose();
        }

        _tensors.Clear();
    }

    internal void Add(torch.Tensor tensor)
    {
        // A long-lived scope must not collect the shells of tensors that were freed or moved long ago.
        if (_tensors.Count >= CompactFrom && _tensors.Count > 4 * _owned)
            _tensors.RemoveAll(t => t.OwningDisposeScope != this);
        _tensors.Add(tensor);
        _owned++;
    }

    internal void Forget() => _owned--;
}

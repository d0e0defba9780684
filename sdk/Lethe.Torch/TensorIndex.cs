namespace Lethe.Torch;

/// <summary>One position of an index expression: a number, a slice, all, the ellipsis, a new axis, or an index tensor.</summary>
public readonly struct TensorIndex
{
    internal enum Kind
    {
        Single,
        Slice,
        Ellipsis,
        NewAxis,
        Tensor,
    }

    internal Kind Type { get; private init; }

    internal long Position { get; private init; }

    internal long? Start { get; private init; }

    internal long? Stop { get; private init; }

    internal long Step { get; private init; }

    internal torch.Tensor? Indices { get; private init; }

    /// <summary>All dimensions not named, Python's <c>...</c>.</summary>
    public static TensorIndex Ellipsis => new() { Type = Kind.Ellipsis };

    /// <summary>A new dimension of size 1, Python's <c>None</c>.</summary>
    public static TensorIndex Null => new() { Type = Kind.NewAxis };

    /// <summary>The whole dimension, Python's <c>:</c>.</summary>
    public static TensorIndex Colon => Slice();

    /// <summary>Python's <c>start:stop:step</c>.</summary>
    public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
        new() { Type = Kind.Slice, Start = start, Stop = stop, Step = step ?? 1 };

    /// <summary>One position; negative counts from the end.</summary>
    public static TensorIndex Single(long? index) => new() { Type = Kind.Single, Position = index ?? 0 };

    /// <summary>Positions or a mask.</summary>
    public static TensorIndex Tensor(torch.Tensor? tensor) => new() { Type = Kind.Tensor, Indices = tensor };

    /// <summary>One position.</summary>
    public static implicit operator TensorIndex(long value) => Single(value);

    /// <summary>One position.</summary>
    public static implicit operator TensorIndex(int value) => Single(value);

    /// <summary>Positions or a mask.</summary>
    public static implicit operator TensorIndex(torch.Tensor value) => Tensor(value);

    /// <summary>A C# range, e.g. <c>1..^1</c>.</summary>
    public static implicit operator TensorIndex(Range range) =>
        Slice(FromIndex(range.Start, false), FromIndex(range.End, true));

    private static long? FromIndex(Index index, bool isEnd) =>
        !index.IsFromEnd ? index.Value : index.Value == 0 && isEnd ? null : -index.Value;
}

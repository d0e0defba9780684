namespace Lethe.Torch.Native;

/// <summary>One operator argument before marshalling; implicit conversions let calls read like the ATen schema.</summary>
internal readonly struct Argument
{
    internal readonly Tag Tag;
    internal readonly long Bits;
    internal readonly object? Reference;

    private Argument(Tag tag, long bits = 0, object? reference = null)
    {
        Tag = tag;
        Bits = bits;
        Reference = reference;
    }

    internal static Argument None => default;

    public static implicit operator Argument(torch.Tensor? value) => value is null ? default : new(Tag.Tensor, reference: value);

    public static implicit operator Argument(long value) => new(Tag.Int, value);

    public static implicit operator Argument(long? value) => value is { } v ? new(Tag.Int, v) : default;

    public static implicit operator Argument(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Argument(double? value) => value is { } v ? v : default(Argument);

    public static implicit operator Argument(bool value) => new(Tag.Bool, value ? 1 : 0);

    public static implicit operator Argument(Scalar? value) => value?.Argument ?? default;

    public static implicit operator Argument(torch.ScalarType value) => new(Tag.Int, (long)value);

    public static implicit operator Argument(torch.ScalarType? value) => value is { } v ? v : default(Argument);

    public static implicit operator Argument(long[]? value) => value is null ? default : new(Tag.IntList, reference: value);

    public static implicit operator Argument(double[]? value) => value is null ? default : new(Tag.DoubleList, reference: value);

    public static implicit operator Argument(string? value) => value is null ? default : new(Tag.String, reference: value);

    public static implicit operator Argument(torch.Device? value) => value is null ? default : new(Tag.Device, reference: value);

    public static implicit operator Argument(torch.Generator? value) => value is null ? default : new(Tag.Generator, reference: value);

    public static implicit operator Argument(torch.Tensor[] value) => new(Tag.TensorList, reference: value);

    /// <summary>A list in which null stands for <c>None</c>, as <c>aten::index</c> takes it.</summary>
    internal static Argument Optional(torch.Tensor?[] value) => new(Tag.OptionalTensors, reference: value);
}

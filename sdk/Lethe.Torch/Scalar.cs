using Lethe.Torch.Native;

namespace Lethe.Torch;

/// <summary>A number of any dtype, as operators take it.</summary>
public sealed class Scalar
{
    private Scalar(Argument argument) => Argument = argument;

    internal Argument Argument { get; }

    /// <summary>An integer.</summary>
    public static implicit operator Scalar(long value) => new(value);

    /// <summary>An integer.</summary>
    public static implicit operator Scalar(int value) => new((long)value);

    /// <summary>A real number.</summary>
    public static implicit operator Scalar(double value) => new(value);

    /// <summary>A real number.</summary>
    public static implicit operator Scalar(float value) => new((double)value);

    /// <summary>A truth value.</summary>
    public static implicit operator Scalar(bool value) => new(value);
}

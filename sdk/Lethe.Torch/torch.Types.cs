namespace Lethe.Torch;

public static partial class torch
{
    /// <summary>8-bit unsigned integer.</summary>
    public const ScalarType uint8 = ScalarType.Byte;

    /// <summary>32-bit integer.</summary>
    public const ScalarType int32 = ScalarType.Int32;

    /// <summary>64-bit integer.</summary>
    public const ScalarType int64 = ScalarType.Int64;

    /// <summary>Half precision.</summary>
    public const ScalarType float16 = ScalarType.Float16;

    /// <summary>Single precision.</summary>
    public const ScalarType float32 = ScalarType.Float32;

    /// <summary>Double precision.</summary>
    public const ScalarType float64 = ScalarType.Float64;

    /// <summary>Brain floating point.</summary>
    public const ScalarType bfloat16 = ScalarType.BFloat16;

    /// <summary>The main processor.</summary>
    public static readonly Device CPU = new(DeviceType.CPU);

    /// <summary>The current CUDA device.</summary>
    public static readonly Device CUDA = new(DeviceType.CUDA);

    /// <summary>Element types, numbered as in libtorch.</summary>
    public enum ScalarType : sbyte
    {
        /// <summary>8-bit unsigned integer.</summary>
        Byte = 0,

        /// <summary>8-bit integer.</summary>
        Int8 = 1,

        /// <summary>16-bit integer.</summary>
        Int16 = 2,

        /// <summary>32-bit integer.</summary>
        Int32 = 3,

        /// <summary>64-bit integer.</summary>
        Int64 = 4,

        /// <summary>Half precision.</summary>
        Float16 = 5,

        /// <summary>Single precision.</summary>
        Float32 = 6,

        /// <summary>Double precision.</summary>
        Float64 = 7,

        /// <summary>Complex of two single-precision numbers.</summary>
        ComplexFloat32 = 9,

        /// <summary>Complex of two double-precision numbers.</summary>
        ComplexFloat64 = 10,

        /// <summary>Truth value.</summary>
        Bool = 11,

        /// <summary>Brain floating point.</summary>
        BFloat16 = 15,
    }

    /// <summary>A device, e.g. <c>cpu</c> or <c>cuda:0</c>.</summary>
    public sealed class Device : IEquatable<Device>
    {
        /// <summary>A device by type and index; -1 is the current one.</summary>
        public Device(DeviceType type, int index = -1)
        {
            this.type = type;
            this.index = index;
        }

        /// <summary>A device by its name, <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
        /// <exception cref="ArgumentException">The name is none of these.</exception>
        public Device(string description)
        {
            ArgumentNullException.ThrowIfNull(description);
            var parts = description.Split(':');
            var number = -1;
            var known = Enum.TryParse<DeviceType>(parts[0], ignoreCase: true, out var parsed) && parsed is DeviceType.CPU or DeviceType.CUDA;
            if (!known || parts.Length > 2 || (parts.Length == 2 && !int.TryParse(parts[1], out number)))
                throw new ArgumentException($"unknown device `{description}`, expected `cpu`, `cuda` or `cuda:N`", nameof(description));
            type = parsed;
            index = number;
        }

        /// <summary>Kind of device.</summary>
        public DeviceType type { get; }

        /// <summary>Which one of its kind; -1 is the current one.</summary>
        public int index { get; }

        /// <inheritdoc/>
        public bool Equals(Device? other) => other is not null && other.type == type && other.index == index;

        /// <inheritdoc/>
        public override bool Equals(object? obj) => Equals(obj as Device);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(type, index);

        /// <inheritdoc/>
        public override string ToString() => index < 0 ? type.ToString().ToLowerInvariant() : $"{type.ToString().ToLowerInvariant()}:{index}";
    }
}

/// <summary>Kinds of device, numbered as in libtorch.</summary>
public enum DeviceType
{
    /// <summary>The main processor.</summary>
    CPU = 0,

    /// <summary>An NVIDIA GPU.</summary>
    CUDA = 1,
}

namespace Lethe.Host.Policies;

/// <summary>Number formats in which weights are written.</summary>
public enum WeightFormat
{
    /// <summary>Half precision; half the size.</summary>
    Float16,

    /// <summary>Half precision with the range of single precision.</summary>
    Bfloat16,

    /// <summary>Single precision.</summary>
    Float32,
}

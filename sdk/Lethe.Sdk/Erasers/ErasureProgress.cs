namespace Lethe.Sdk.Erasers;

/// <summary>How far an erasure is.</summary>
public sealed class ErasureProgress
{
    /// <summary>Steps done, up to <see cref="Total"/>; 0, or what an earlier run had done, before the first step.</summary>
    public required int Step { get; init; }

    /// <summary>Steps in all.</summary>
    public required int Total { get; init; }

    /// <summary>Named values of this step, e.g. loss terms; may be empty.</summary>
    public required IReadOnlyDictionary<string, double> Terms { get; init; }
}

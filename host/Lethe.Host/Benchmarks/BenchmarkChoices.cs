namespace Lethe.Host.Benchmarks;

/// <summary>What a command line decides over a benchmark file.</summary>
public sealed record BenchmarkChoices
{
    /// <summary>Lay the values of `quick` over the others.</summary>
    public bool Quick { get; init; }

    /// <summary>Another model, as named on the command line.</summary>
    public string? Model { get; init; }

    /// <summary>Device to compute on; <c>cpu</c> unless given.</summary>
    public string? Device { get; init; }

    /// <summary>Number format to draw in; <c>float32</c> unless given.</summary>
    public string? Dtype { get; init; }

    /// <summary>Rows to run, by eraser id or by name; all when empty.</summary>
    public IReadOnlyList<string> Erasers { get; init; } = [];
}

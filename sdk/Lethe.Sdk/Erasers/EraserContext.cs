namespace Lethe.Sdk.Erasers;

/// <summary>What the host offers an eraser while it works.</summary>
public sealed class EraserContext
{
    private static readonly IReadOnlyDictionary<string, double> NoTerms = new Dictionary<string, double>();

    /// <summary>Seed of every random choice; the same seed must give the same bytes.</summary>
    public required long Seed { get; init; }

    /// <summary>A generator seeded with <see cref="Seed"/>; the host's own.</summary>
    public required torch.Generator Generator { get; init; }

    /// <summary>Where to keep checkpoints.</summary>
    public required ICheckpointStore Checkpoints { get; init; }

    /// <summary>Cores that the eraser may keep busy, at least 1. What it computes must not depend on them.</summary>
    /// <remarks>The engine's own threads are set by the host: one for small models, for which more are slower, all of these for large ones.</remarks>
    public int Threads { get; init; } = 1;

    /// <summary>Told each step; null when nobody listens.</summary>
    public IProgress<ErasureProgress>? Progress { get; init; }

    /// <summary>Ask it at every step.</summary>
    public CancellationToken Cancel { get; init; }

    /// <summary>Reports how many steps are done; told once before the first step, the time left is known from the first step on.</summary>
    /// <param name="step">Steps done; also 0, to begin.</param>
    /// <param name="total">Steps in all.</param>
    /// <param name="terms">Named values, e.g. <see cref="Losses.WeightedLosses.Values"/>.</param>
    public void Report(int step, int total, IReadOnlyDictionary<string, double>? terms = null) =>
        Progress?.Report(new ErasureProgress { Step = step, Total = total, Terms = terms ?? NoTerms });

    /// <summary>Reports a finished step with its loss.</summary>
    /// <param name="step">Steps done, from 1.</param>
    /// <param name="total">Steps in all.</param>
    /// <param name="loss">The loss.</param>
    public void Report(int step, int total, double loss) =>
        Report(step, total, new Dictionary<string, double> { ["loss"] = loss });
}

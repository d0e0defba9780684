namespace Lethe.Training.Runs;

/// <summary>How one network is trained.</summary>
public sealed record RunSettings
{
    /// <summary>Names the checkpoint and the log.</summary>
    public required string Name { get; init; }

    /// <summary>Where both are written.</summary>
    public required string Folder { get; init; }

    public required LearningRate Rate { get; init; }

    public required int Seed { get; init; }

    /// <summary>Threads that share a step; each has its own lane of the batch and its own gradients.</summary>
    public int Lanes { get; init; } = 1;

    /// <summary>Pictures per step, all lanes together.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Pictures per step and lane, at least one.</summary>
    public int PerLane => Math.Max(1, Batch / Lanes);

    /// <summary>What the first weights came from, for the record: a hash of their files; null: drawn at random.</summary>
    public string? StartedFrom { get; init; }

    public bool Resume { get; init; } = true;

    /// <summary>Stop with a checkpoint after this long; null: run to the last step.</summary>
    public TimeSpan? Limit { get; init; }

    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromMinutes(3);

    public long LogEvery { get; init; } = 50;

    public double WeightDecay { get; init; } = 1e-3;

    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.99;

    /// <summary>Largest norm of the whole gradient.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Decay of the averaged weights; it rises to this value as <c>(1 + n) / (10 + n)</c>.</summary>
    public double AverageDecay { get; init; } = 0.999;
}

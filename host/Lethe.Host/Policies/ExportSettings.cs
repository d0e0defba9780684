namespace Lethe.Host.Policies;

/// <summary>What a run hands out besides report and edits.</summary>
public sealed record ExportSettings
{
    /// <summary>Whether a sanitized model is written.</summary>
    public bool Checkpoint { get; init; } = true;

    /// <summary>Number format of the sanitized model's weights; the format that each came in when left out.</summary>
    public WeightFormat? Dtype { get; init; }
}

namespace Lethe.Sdk.Evaluation;

/// <summary>What a metric looks at. Row i of every tensor belongs to prompt i.</summary>
public sealed class MetricInput
{
    /// <summary>The prompts that the pictures were drawn from, B of them.</summary>
    public required IReadOnlyList<string> Prompts { get; init; }

    /// <summary><c>[B, 3, H, W]</c> in <c>[-1, 1]</c>: pictures of the edited model.</summary>
    public required Tensor Images { get; init; }

    /// <summary><c>[B, 3, H, W]</c>: pictures of the unedited model from the same seeds, when drawn.</summary>
    public Tensor? Originals { get; init; }

    /// <summary>The concept that each prompt shows, when known.</summary>
    public IReadOnlyList<string>? Concepts { get; init; }
}

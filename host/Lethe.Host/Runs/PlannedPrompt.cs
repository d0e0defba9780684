using Lethe.Evaluation.Metrics;

namespace Lethe.Host.Runs;

/// <summary>One evaluation prompt and the seeds of its pictures.</summary>
public sealed record PlannedPrompt
{
    /// <summary>The concept that the prompt is about.</summary>
    public required string Concept { get; init; }

    /// <summary><c>object</c> or <c>style</c>: which judge decides.</summary>
    public required string Kind { get; init; }

    /// <summary>Why it is drawn.</summary>
    public required PictureRole Role { get; init; }

    /// <summary>The prompt, word for word.</summary>
    public required string Prompt { get; init; }

    /// <summary>Folder below <c>images/before</c> and <c>images/after</c>.</summary>
    public required string Folder { get; init; }

    /// <summary>One picture per seed.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }
}

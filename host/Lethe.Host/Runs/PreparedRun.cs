namespace Lethe.Host.Runs;

/// <summary>A plan with its plugins and files at hand; nothing has been opened or written yet.</summary>
public sealed record PreparedRun
{
    /// <summary>The plan, without the model's hash.</summary>
    public required Plan Plan { get; init; }

    /// <summary>The policy file's text.</summary>
    public required string PolicyText { get; init; }

    /// <summary>Full path of the model.</summary>
    public required string ModelPath { get; init; }

    /// <summary>The steps in order.</summary>
    public required IReadOnlyList<PreparedStep> Steps { get; init; }

    /// <summary>Other names of the concepts in the plan's prompts, by concept; judges may know a concept by any of them.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Phrases { get; init; }
}

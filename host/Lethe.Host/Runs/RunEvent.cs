namespace Lethe.Host.Runs;

/// <summary>One line of <c>events.jsonl</c>.</summary>
public sealed record RunEvent
{
    /// <summary>When it happened (UTC). Times live in this file only, so that all others repeat byte for byte.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary><c>started</c>, <c>file</c>, <c>step</c>, <c>stage</c>, <c>failed</c>, <c>cancelled</c> or <c>finished</c>.</summary>
    public required string Event { get; init; }

    /// <summary>For <c>file</c>: path relative to the run folder.</summary>
    public string? Path { get; init; }

    /// <summary>For <c>file</c>: SHA-256 of the bytes.</summary>
    public string? Sha256 { get; init; }

    /// <summary>What happened, for people.</summary>
    public string? Note { get; init; }
}

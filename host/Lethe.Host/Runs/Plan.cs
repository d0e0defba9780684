namespace Lethe.Host.Runs;

/// <summary>A policy with every choice made: what <c>apply</c> will do, written as <c>plan.json</c>, and the identity of a run folder.</summary>
public sealed record Plan
{
    /// <summary>Layout of this document.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Version of the host that made the plan.</summary>
    public required string Host { get; init; }

    /// <summary>Name of the policy.</summary>
    public required string Policy { get; init; }

    /// <summary>SHA-256 of the policy file's bytes.</summary>
    public required string PolicySha256 { get; init; }

    /// <summary>The model as the policy or the command line names it.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 over the model's files; absent in a dry run, which opens no weights.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    public required string Device { get; init; }

    /// <summary>Seed from which all others follow.</summary>
    public required long Seed { get; init; }

    /// <summary>Erasing steps in the order in which they run; one per group of concepts that share plugin and options.</summary>
    public required IReadOnlyList<PlannedStep> Steps { get; init; }

    /// <summary>How pictures are drawn.</summary>
    public required PlannedSampling Sampling { get; init; }

    /// <summary>Pictures drawn before and after, with equal seeds.</summary>
    public required IReadOnlyList<PlannedPrompt> Prompts { get; init; }

    /// <summary>What must hold for exit code 0.</summary>
    public required IReadOnlyList<PlannedGate> Gates { get; init; }

    /// <summary>Whether a sanitized model is written.</summary>
    public required bool ExportModel { get; init; }

    /// <summary>Number format of the sanitized model's weights; absent for the format that each came in.</summary>
    public string? ExportType { get; init; }
}

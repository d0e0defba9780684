using Lethe.Evaluation.Metrics;
using Lethe.Host.Runs;

namespace Lethe.Host.Reports;

/// <summary>All that a run has to say; <c>report.json</c> is this record, <c>report.html</c> shows it.</summary>
public sealed record ErasureReport
{
    /// <summary>Layout of this document.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Whether every gate holds.</summary>
    public required bool GatesHold { get; init; }

    /// <summary>What was asked and planned.</summary>
    public required Plan Plan { get; init; }

    /// <summary>What the erasers say, in plain words, that they did; one text for each edit that has one.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>Gates with the values measured.</summary>
    public required IReadOnlyList<GateResult> Gates { get; init; }

    /// <summary>All figures.</summary>
    public required IReadOnlyList<Figure> Figures { get; init; }

    /// <summary>The same, concept by concept.</summary>
    public required IReadOnlyList<ConceptResult> Concepts { get; init; }

    /// <summary>Edits, sanitized model and adapters with their hashes.</summary>
    public required IReadOnlyList<HashedFile> Outputs { get; init; }

    /// <summary>Files of the model that was opened.</summary>
    public required IReadOnlyList<HashedFile> ModelFiles { get; init; }

    /// <summary>The policy, word for word.</summary>
    public required string PolicyText { get; init; }

    /// <summary>What must be known to read the figures rightly.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }
}

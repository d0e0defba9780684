using Lethe.Sdk.Anchors;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Runs;

/// <summary>A planned step together with what is needed to carry it out.</summary>
public sealed record PreparedStep
{
    /// <summary>The step as data.</summary>
    public required PlannedStep Planned { get; init; }

    /// <summary>Constructs the eraser; called when the step's turn comes.</summary>
    public required Func<IEraser> Eraser { get; init; }

    /// <summary>Bound options, or null.</summary>
    public object? Options { get; init; }

    /// <summary>The eraser takes one concept a request.</summary>
    public bool OneConceptAtATime { get; init; }

    /// <summary>What is erased.</summary>
    public required IReadOnlyList<Concept> Concepts { get; init; }

    /// <summary>What must stay.</summary>
    public required PreserveSet Preserve { get; init; }
}

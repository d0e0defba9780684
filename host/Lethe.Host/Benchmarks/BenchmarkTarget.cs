using Lethe.Host.Runs;

namespace Lethe.Host.Benchmarks;

/// <summary>The concepts that one edited model forgets, and the prompts that measure it.</summary>
public sealed record BenchmarkTarget
{
    /// <summary>The concept, the name of the split, or <c>all</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What is erased, with the synonyms that the eraser is told.</summary>
    public required IReadOnlyList<PlannedErasure> Erase { get; init; }

    /// <summary>What the eraser is told to keep.</summary>
    public required IReadOnlyList<string> Preserve { get; init; }

    /// <summary>Prompts, each with the set it belongs to.</summary>
    public required IReadOnlyList<BenchmarkPrompt> Prompts { get; init; }
}

using Lethe.Evaluation.Metrics;
using Lethe.Host.Runs;

namespace Lethe.Host.Benchmarks;

/// <summary>A plan with its plugins and files at hand; nothing has been opened or written yet.</summary>
public sealed record PreparedBenchmark
{
    /// <summary>The plan.</summary>
    public required BenchmarkPlan Plan { get; init; }

    /// <summary>The file as it was read.</summary>
    public required Benchmark Benchmark { get; init; }

    /// <summary>Full path of the model.</summary>
    public required string ModelPath { get; init; }

    /// <summary>Edited cells' steps by cell id.</summary>
    public required IReadOnlyDictionary<string, PreparedStep> Steps { get; init; }

    /// <summary>Other names of the erased concepts, by concept; judges may know a concept by any of them.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Phrases { get; init; }

    /// <summary>Whether no row of the file was left out.</summary>
    public bool HasAllRows => Benchmark.Erasers.All(row => Plan.Cells.Any(cell => cell.Row == row.Label));

    /// <summary>The prompts of a cell; for the unedited model those of all targets, each once.</summary>
    public IReadOnlyList<PlannedPrompt> PromptsOf(BenchmarkCell cell) => cell.Target is { } target
        ? [.. TargetOf(target).Prompts.Select(prompt => prompt.Prompt)]
        : [.. Plan.Targets.SelectMany(item => item.Prompts).Select(prompt => prompt.Prompt with { Role = PictureRole.Preserved }).DistinctBy(prompt => prompt.Prompt)];

    /// <summary>The target of a name.</summary>
    public BenchmarkTarget TargetOf(string name) => Plan.Targets.First(target => target.Name == name);
}

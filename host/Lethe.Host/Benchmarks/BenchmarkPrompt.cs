using Lethe.Host.Runs;

namespace Lethe.Host.Benchmarks;

/// <summary>A prompt of a target.</summary>
/// <param name="Set"><c>erased</c>, <c>synonyms</c>, <c>rest</c> or the name of a kept set.</param>
/// <param name="Prompt">The prompt with its role in this target; its seeds are the same in all.</param>
public sealed record BenchmarkPrompt(string Set, PlannedPrompt Prompt);

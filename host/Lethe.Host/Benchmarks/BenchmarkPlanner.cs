using Lethe.Host.Policies;
using Lethe.Host.Runs;
using Lethe.Sdk.Anchors;

namespace Lethe.Host.Benchmarks;

/// <summary>Makes every choice that a benchmark leaves open. Opens no weights.</summary>
internal static class BenchmarkPlanner
{
    /// <summary>Plans the cells.</summary>
    /// <param name="benchmark">A benchmark without errors.</param>
    /// <param name="choices">What the command line decides.</param>
    /// <param name="modelPath">Where the model lies.</param>
    /// <param name="erase">What is erased, lists written out.</param>
    /// <param name="keep">What is kept, lists written out.</param>
    /// <param name="rows">The rows.</param>
    public static PreparedBenchmark Plan(
        Benchmark benchmark, BenchmarkChoices choices, string modelPath, IReadOnlyList<ErasedEntry> erase, IReadOnlyList<KeptSet> keep, IReadOnlyList<BoundRow> rows)
    {
        var prompts = new PromptBook(benchmark, erase, keep);
        var targets = Selections(benchmark.Erase, erase).Select(selection => prompts.Target(selection.Name, selection.Concepts)).ToList();
        var steps = new Dictionary<string, PreparedStep>(StringComparer.Ordinal);
        var cells = new List<BenchmarkCell>
        {
            new()
            {
                Id = BenchmarkCell.Unedited,
                Row = BenchmarkPlan.UneditedRow,
                Pictures = targets.SelectMany(target => target.Prompts).DistinctBy(prompt => prompt.Prompt.Prompt).Sum(prompt => prompt.Prompt.Seeds.Count),
            },
        };
        var names = Slug.ForAll(benchmark.Erasers.Select(row => row.Label).Concat(targets.Select(target => target.Name)));
        foreach (var row in rows)
        {
            foreach (var target in targets)
            {
                var step = Step(row, target, benchmark.Erase.Kind);
                var cell = new BenchmarkCell
                {
                    Id = $"{names[row.Label]}--{names[target.Name]}",
                    Row = row.Label,
                    Target = target.Name,
                    Step = step.Planned,
                    Pictures = target.Prompts.Sum(prompt => prompt.Prompt.Seeds.Count),
                };
                cells.Add(cell);
                steps.Add(cell.Id, step);
            }
        }
        return new PreparedBenchmark
        {
            Benchmark = benchmark,
            ModelPath = modelPath,
            Steps = steps,
            Phrases = erase.ToDictionary(entry => entry.Concept, entry => (IReadOnlyList<string>)[entry.Concept, .. entry.Synonyms], StringComparer.Ordinal),
            Plan = new BenchmarkPlan
            {
                Host = Planner.HostVersion,
                Benchmark = benchmark.Name,
                Title = benchmark.Title,
                Quick = choices.Quick,
                Model = choices.Model ?? benchmark.Model,
                Device = choices.Device ?? "cpu",
                Seed = benchmark.Seed,
                Sampling = new PlannedSampling
                {
                    Scheduler = KeyName.Of(benchmark.Sampling.Scheduler.ToString()),
                    Steps = benchmark.Sampling.Steps,
                    GuidanceScale = benchmark.Sampling.GuidanceScale,
                    Dtype = PlannedSampling.Drawn(choices.Dtype),
                    Batch = Planner.Batch,
                },
                Columns = benchmark.Columns,
                Targets = targets,
                Cells = cells,
            },
        };
    }

    private static IEnumerable<(string Name, IReadOnlyList<ErasedEntry> Concepts)> Selections(EraseSettings settings, IReadOnlyList<ErasedEntry> erase) => settings switch
    {
        { Mode: EraseMode.Each } => erase.Select(entry => (entry.Concept, (IReadOnlyList<ErasedEntry>)[entry])),
        { Splits.Count: > 0 } => settings.Splits.Select(split =>
            (split.Name, (IReadOnlyList<ErasedEntry>)[.. erase.Where(entry => split.Concepts.Contains(entry.Concept, StringComparer.OrdinalIgnoreCase))])),
        _ => [(BenchmarkPlan.AllTarget, erase)],
    };

    private static PreparedStep Step(BoundRow row, BenchmarkTarget target, ConceptKind kind) => Planner.Step(1, row.Eraser, row.Options,
        [.. target.Erase.Select(item => new Concept { Name = item.Concept, Kind = kind, Synonyms = item.Synonyms, Surrogate = item.Surrogate })], target.Preserve);
}

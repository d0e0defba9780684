using Lethe.Diffusion;
using Lethe.Evaluation.Metrics;
using Lethe.Host.Runs;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Benchmarks;

/// <summary>
/// Carries out one cell in this process: edit, pictures, scores. A cell is a run folder of its own, so that it goes on where it
/// was stopped and ends with the same bytes.
/// </summary>
internal sealed class CellRun(PreparedBenchmark benchmark, string root, int threads, IRunObserver observer)
{
    private const string Before = "images/before/";

    /// <summary>Carries the cell through to its scores.</summary>
    /// <exception cref="RunException">It cannot go on.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the next call continues.</exception>
    public void Run(BenchmarkCell cell, CancellationToken cancel)
    {
        // Erasers compute in float32, whatever pictures are drawn in.
        using var model = ModelSession.Open(benchmark.ModelPath, benchmark.Plan.Device, benchmark.Plan.Sampling with { Dtype = null }, threads);
        var plan = CellPlan.Of(benchmark, cell);
        using var folder = RunFolder.Open(CellFolder.Of(root, cell.Id), RunJson.Text(plan), startOver: false);
        folder.Events.Note(folder.Events.Resumed ? "resumed" : "started");
        var pictures = new PictureStage(folder, plan.Sampling, plan.Prompts, observer);
        var lanes = Lanes.CountFor(benchmark.ModelPath, benchmark.Plan.Device, threads);
        if (cell.Step is null)
        {
            pictures.Draw("before", model.BatchSize, lanes, () => Lane(model, lanes, []), cancel);
        }
        else
        {
            var edits = new EraseStage(folder, [benchmark.Steps[cell.Id]], plan.Seed, threads, observer).Erase(model, cancel);
            // A plugin's own code in an adapter or a guidance rule is never called from two threads.
            var alone = edits.Any(edit => edit is not (WeightEdit or LowRankEdit)) ? 1 : lanes;
            pictures.Draw("after", model.BatchSize, alone, () => Lane(model, alone, edits), cancel);
            foreach (var edit in edits)
                edit.Dispose();
        }
        PluginFaults.ThrowIfAny();
        Score(folder, cell, plan, cancel);
        folder.Events.Note("finished");
    }

    private void Score(RunFolder folder, BenchmarkCell cell, CellPlan plan, CancellationToken cancel)
    {
        var (scorer, owner) = ModelSession.Scorer(benchmark.ModelPath);
        using var _ = owner;
        var stage = new ScoreStage(plan.Prompts, benchmark.Phrases, PathOf, scorer, observer);
        var scores = stage.Score(cancel);
        if (stage.Features is { } features)
            folder.Write(CellFolder.Features, temporary => FeatureFile.Write(temporary, new Dictionary<string, FeatureSet> { ["before"] = features.Before, ["after"] = features.After }));
        // The last file: a cell that has it is finished.
        folder.WriteText(CellFolder.Scores, RunJson.Text(scores));

        // The unedited model draws one side only, and drew it for all cells.
        string PathOf(string file) => cell.Step is null
            ? folder.InRoot(Before + file[(file.IndexOf('/', "images/".Length) + 1)..])
            : file.StartsWith(Before, StringComparison.Ordinal) ? Path.Combine(CellFolder.Of(root, BenchmarkCell.Unedited), file) : folder.InRoot(file);
    }

    private LaneModel Lane(StableDiffusion model, int lanes, IReadOnlyList<ModelEdit> edits) =>
        lanes == 1 && benchmark.Plan.Sampling.Dtype is null ? new LaneModel(model, ownsModel: false, edits) : new LaneModel(Open(), ownsModel: true, edits);

    private StableDiffusion Open() => ModelSession.Open(benchmark.ModelPath, benchmark.Plan.Device, benchmark.Plan.Sampling, threads);
}

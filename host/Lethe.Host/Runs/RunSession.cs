using Lethe.Diffusion;
using Lethe.Evaluation.Metrics;
using Lethe.Host.Reports;
using Lethe.Sdk;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Runs;

/// <summary>
/// One run from the unedited model to the manifest. Every stage writes into the run folder and skips what is finished there, so
/// that the same call after a crash goes on, and ends with the same bytes.
/// </summary>
public sealed class RunSession(PreparedRun prepared, string root, bool startOver, int threads, IRunObserver observer)
{
    private readonly List<string> _methods = [];

    /// <summary>Carries the run through to its end.</summary>
    /// <exception cref="RunException">It cannot go on.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the next call continues.</exception>
    public RunResult Run(CancellationToken cancel)
    {
        observer.Stage("hashes");
        var modelFiles = ModelFiles.Hash(prepared.ModelPath);
        var run = prepared with { Plan = prepared.Plan with { ModelSha256 = FileHash.OfList(modelFiles) } };
        // A device that is not there and a broken model are found before anything is written.
        ComputeDevice.Find(run.Plan.Device, run.Plan.Sampling.ComputeType);
        // Erasers compute in float32, whatever pictures are drawn in.
        using var model = ModelSession.Open(run.ModelPath, run.Plan.Device, run.Plan.Sampling with { Dtype = null }, threads);
        using var folder = RunFolder.Open(root, RunJson.Text(run.Plan), startOver);
        folder.Events.Note(folder.Events.Resumed ? "resumed" : "started");
        if (folder.Events.Resumed)
            observer.Note($"continuing the run in `{folder.Root}`");
        try
        {
            Draw(folder, run, model, cancel);
            PluginFaults.ThrowIfAny();
            var result = Conclude(folder, run, modelFiles, cancel);
            folder.Events.Note("finished", result.Report.GatesHold ? "every gate holds" : "a gate is missed");
            return result;
        }
        catch (Exception failure)
        {
            TryNote(folder, failure is OperationCanceledException && PluginFaults.First is null ? "cancelled" : "failed", PluginFaults.First?.Message ?? failure.Message);
            throw;
        }
    }

    private void Draw(RunFolder folder, PreparedRun run, StableDiffusion model, CancellationToken cancel)
    {
        var pictures = new PictureStage(folder, run.Plan.Sampling, run.Plan.Prompts, observer);
        var lanes = Lanes.CountFor(run.ModelPath, run.Plan.Device, threads);
        // Several lanes need a model each, one lane takes the one that is open.
        pictures.Draw("before", model.BatchSize, lanes,
            () => lanes == 1 && run.Plan.Sampling.Dtype is null ? new LaneModel(model, ownsModel: false, []) : new LaneModel(Open(run, run.ModelPath), ownsModel: true, []), cancel);
        var edits = new EraseStage(folder, run.Steps, run.Plan.Seed, threads, observer).Erase(model, cancel);
        try
        {
            _methods.AddRange(edits.Select(edit => edit.Settings.GetValueOrDefault(ModelEdit.ReportSetting)).OfType<string>());
            var export = new ModelExport(folder, run, observer);
            if (run.Plan.ExportModel && !export.IsFinished())
                export.Write(edits, model.Denoiser, cancel);
            // With a sanitized model the pictures are drawn by that model, opened from its files: the report shows what is handed out.
            var remaining = run.Plan.ExportModel ? edits.Where(edit => edit is not (WeightEdit or LowRankEdit)).ToList() : edits;
            var path = run.Plan.ExportModel ? folder.InRoot(ModelExport.LocationOf(run.ModelPath)) : run.ModelPath;
            // A plugin's own code in an adapter or a guidance rule is never called from two threads.
            pictures.Draw("after", model.BatchSize, remaining.Count > 0 ? 1 : lanes, () => new LaneModel(Open(run, path), ownsModel: true, remaining), cancel);
        }
        finally
        {
            foreach (var edit in edits)
                edit.Dispose();
        }
        if (Directory.Exists(folder.InRoot("work")))
            Directory.Delete(folder.InRoot("work"), recursive: true);
    }

    private StableDiffusion Open(PreparedRun run, string path) => ModelSession.Open(path, run.Plan.Device, run.Plan.Sampling, threads);

    private RunResult Conclude(RunFolder folder, PreparedRun run, IReadOnlyList<HashedFile> modelFiles, CancellationToken cancel)
    {
        var (scorer, owner) = ModelSession.Scorer(run.ModelPath);
        using var _ = owner;
        var stage = new ScoreStage(run.Plan.Prompts, run.Phrases, folder.InRoot, scorer, observer);
        var scores = stage.Score(cancel);
        observer.Stage("report");
        var figures = ErasureFigures.Compute(scores);
        if (stage.Features is { } features)
        {
            figures = [.. figures, .. SetDistances.OfPreserved(scores, features.Before, features.After)];
            FeatureFile.Write(folder.InRoot("features.safetensors"), new Dictionary<string, FeatureSet> { ["before"] = features.Before, ["after"] = features.After });
        }
        var gates = GateResult.Judge(run.Plan.Gates, figures);
        folder.WriteText("scores.json", RunJson.Text(scores));
        folder.WriteText("metrics.json", RunJson.Text(new { Figures = figures, Concepts = ConceptResult.Of(scores) }));
        folder.WriteText("gates.json", RunJson.Text(gates));
        var report = new ErasureReport
        {
            GatesHold = gates.All(gate => gate.Held),
            Plan = run.Plan,
            Methods = _methods,
            Gates = gates,
            Figures = figures,
            Concepts = ConceptResult.Of(scores),
            Outputs = Outputs(folder, path => path.StartsWith("edits/", StringComparison.Ordinal) || path.StartsWith("model/", StringComparison.Ordinal)),
            ModelFiles = modelFiles,
            PolicyText = run.PolicyText,
            Remarks = Remarks(run, scorer, figures),
        };
        folder.WriteText("report.json", RunJson.Text(report));
        folder.WriteText("report.html", HtmlReport.Build(report, scores, path => File.ReadAllBytes(folder.InRoot(path))));
        folder.WriteText("manifest.json", RunJson.Text(new Manifest
        {
            Host = run.Plan.Host,
            Sdk = SdkVersion.Current.ToString(),
            Platform = Platform(),
            Policy = run.Plan.Policy,
            PolicySha256 = run.Plan.PolicySha256,
            Model = run.Plan.Model,
            ModelFiles = modelFiles,
            Plugins = [.. run.Plan.Steps.Select(step => step.Source).Distinct()],
            Outputs = Outputs(folder, path => path is not ("manifest.json" or "events.jsonl" or "run.lock")),
        }));
        return new RunResult(folder.Root, report);
    }

    private static IReadOnlyList<HashedFile> Outputs(RunFolder folder, Func<string, bool> select) =>
        [.. FileHash.OfTree(folder.Root, select)];

    private static List<string> Remarks(PreparedRun run, PictureScorer scorer, IReadOnlyList<Figure> figures)
    {
        var remarks = new List<string>
        {
            scorer.Networks.Count == 0
                ? "This model brings no judge: accuracies could not be measured."
                : $"Judged by: {string.Join(", ", scorer.Networks)}. A picture in which the judge is not sure of anything counts as not showing the concept.",
        };
        if (FigurePair.Of(figures).FirstOrDefault(pair => pair.After.Id == "acc_e")?.Before?.Value < 0.5)
            remarks.Add("Even the unedited model draws what was erased recognisably in less than half of the pictures: read acc_e against its value before.");
        foreach (var plugin in run.Plan.Steps.Where(step => step.PluginLockIgnored == true).Select(step => step.Plugin).Distinct())
            remarks.Add($"No lock file agrees to the files of plugin `{plugin}`; it was loaded because `--allow-untrusted` was given.");
        if (run.Plan.ExportModel)
            remarks.Add("The pictures after were drawn by the sanitized model itself, opened from the files listed as outputs.");
        return remarks;
    }

    private static string Platform() => FormattableString.Invariant(
        $"{System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}, {torch.get_num_threads()} threads");

    private static void TryNote(RunFolder folder, string name, string note)
    {
        try
        {
            folder.Events.Note(name, note);
        }
        catch (RunException)
        {
            // The disk is the reason why the run failed; the caller reports that.
        }
    }
}

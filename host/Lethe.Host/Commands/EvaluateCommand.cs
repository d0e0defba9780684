using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Evaluation.Metrics;
using Lethe.Host.Commands.Plugins;
using Lethe.Host.Runs;
using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Commands;

/// <summary><c>lethe evaluate</c>: how well a model of the built-in world draws, before or after editing.</summary>
internal static class EvaluateCommand
{
    private const int QuickSteps = 10;

    public static Command Create()
    {
        var model = new Option<string>("--model") { Description = "Model to evaluate", DefaultValueFactory = _ => ModelLocation.Default, HelpName = "name or folder" };
        var pictures = GenerateCommand.Bounded("--pictures", "Pictures per object: so many with a plain prompt, so many with a style", 4, 1, 500);
        var steps = GenerateCommand.Bounded("--steps", "Sampling steps", 30, 1, 1000);
        var guidance = new Option<double>("--guidance-scale") { Description = "Classifier-free guidance; 1 is none", DefaultValueFactory = _ => 5 };
        var scheduler = new Option<string>("--scheduler") { Description = "Sampler", DefaultValueFactory = _ => "ddim" };
        scheduler.AcceptOnlyFromAmong([.. PlannedSampling.Schedulers]);
        var objects = new Option<string[]>("--object") { Description = "Only these objects; may be given several times", HelpName = "name" };
        var edits = new Option<string[]>("--edit") { Description = "Edit of a run to attach, in the order given", HelpName = "file" };
        var quick = new Option<bool>("--quick") { Description = "One picture of each kind and 10 steps: a first look in a minute or two" };
        var output = new Option<string?>("--output", "-o") { Description = "File for the scores of every picture, as JSON", HelpName = "file" };
        var command = new Command("evaluate", "Measure how well a model draws what it is asked for") { model, pictures, steps, guidance, scheduler, objects, edits, quick, output, GlobalOptions.Computed, GlobalOptions.Drawn };
        command.SetRun((context, cancel) => RunGuard.Guard(context, () =>
        {
            var parsed = context.Parsed;
            var brief = parsed.GetValue(quick);
            var sampling = new PlannedSampling
            {
                Scheduler = parsed.GetValue(scheduler)!,
                Steps = brief ? QuickSteps : parsed.GetValue(steps),
                GuidanceScale = parsed.GetValue(guidance),
                Dtype = PlannedSampling.Drawn(context.Globals.Dtype),
                Batch = 16,
            };
            return Run(context, parsed.GetValue(model)!, brief ? 1 : parsed.GetValue(pictures), sampling, parsed.GetValue(objects) ?? [],
                parsed.GetValue(edits) ?? [], parsed.GetValue(output), cancel);
        }));
        return command;
    }

    private static ExitCode Run(
        CommandContext context, string name, int pictures, PlannedSampling sampling, string[] objects, string[] edits,
        string? output, CancellationToken cancel)
    {
        var path = ModelLocation.Find(name);
        var device = context.Globals.Device ?? "cpu";
        var world = ModelWorld.Of(path);
        var heldOut = ModelWorld.HeldOut(path);
        if (objects.FirstOrDefault(item => world.ObjectNumber(item) < 0) is { } unknown)
            throw new RunException(ExitCode.UsageInvalid, DiagnosticId.PolicyBadValue, $"unknown object `{unknown}`",
                $"the model knows {string.Join(", ", world.Objects.Take(12).Select(item => $"`{item.Name}`"))}, and {Math.Max(0, world.Objects.Count - 12)} more");
        var (scorer, owner) = ModelSession.Scorer(path);
        using var owned = owner;
        EvaluatedPictures seen;
        using (var progress = context.Progress())
        using (var first = ModelSession.Open(path, device, sampling, context.Globals.CoresToUse))
        {
            using var erasers = EraserSet.Of(AskedPlugins.Load(context));
            var attached = edits.Select(file => EditFile.Load(file, first, erasers.Create)).ToList();
            var evaluation = new ModelEvaluation(world, heldOut, sampling, pictures, new ProgressObserver(progress));
            // A plugin's own code in an adapter or a guidance rule is never called from two threads.
            var lanes = attached.All(edit => edit is WeightEdit or LowRankEdit) ? Lanes.CountFor(path, device, context.Globals.CoresToUse) : 1;
            seen = evaluation.Score(scorer, objects.Length == 0 ? null : objects, lanes,
                () => lanes == 1 ? new LaneModel(first, ownsModel: false, attached)
                    : new LaneModel(ModelSession.Open(path, device, sampling, context.Globals.CoresToUse), ownsModel: true, attached), cancel);
            attached.ForEach(edit => edit.Dispose());
        }
        if (output is not null)
            OutputFile.WriteText(Path.GetFullPath(output), RunJson.Text(seen.Scores));
        // Some objects alone are no fair sample of the real pictures.
        var real = objects.Length == 0 ? ModelWorld.Reference(path, seen.Features) : null;
        return Finish(context, name, sampling, EvaluationFigures.Compute(world, heldOut, seen, real), seen);
    }

    private static ExitCode Finish(CommandContext context, string name, PlannedSampling sampling, IReadOnlyList<Figure> figures, EvaluatedPictures seen)
    {
        var data = new JsonObject { ["model"] = name, ["sampling"] = JsonSerializer.SerializeToNode(sampling, RunJson.Document) };
        foreach (var figure in figures.Where(figure => figure.Subject is null))
        {
            data[figure.Id] = figure.Value;
            data[figure.Id + "_n"] = figure.N;
        }
        data["figures"] = JsonSerializer.SerializeToNode(figures, RunJson.Document);
        data["style_confusion"] = JsonSerializer.SerializeToNode(seen.StyleConfusion(), RunJson.Document);
        data["object_mistakes"] = JsonSerializer.SerializeToNode(seen.ObjectMistakes(), RunJson.Document);
        if (!context.Globals.Json)
        {
            foreach (var figure in figures)
                context.Streams.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{(figure.Subject is { } subject ? $"{figure.Id}, {subject}" : figure.Id),-38}{Value(figure.Value, figure.Unit),8}   {Value(figure.Low, figure.Unit)} to {Value(figure.High, figure.Unit)}   n = {figure.N}"));
        }
        return context.Finish(data);
    }

    private static string Value(double? value, string unit) => value is not { } number ? "-"
        : unit == "fraction" ? (100 * number).ToString("0.0", CultureInfo.InvariantCulture) + " %"
        : unit == "raw" ? number.ToString("0.0000", CultureInfo.InvariantCulture) : number.ToString("0.0", CultureInfo.InvariantCulture);
}

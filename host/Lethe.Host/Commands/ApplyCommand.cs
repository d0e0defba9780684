using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Host.Commands.Plugins;
using Lethe.Host.Runs;

namespace Lethe.Host.Commands;

/// <summary><c>lethe apply</c>: carries out one policy.</summary>
internal static class ApplyCommand
{
    public static Command Create()
    {
        var policy = new Argument<string>("policy") { Description = "The policy file" };
        var model = new Option<string?>("--model") { Description = "Another model than the policy's", HelpName = "name or folder" };
        var output = new Option<string?>("--output", "-o") { Description = "Run folder; `runs/` and the policy's name unless given", HelpName = "folder" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Print the plan; open no weights and write nothing" };
        var force = new Option<bool>("--force") { Description = "Start over instead of continuing what is in the run folder" };
        var command = new Command("apply", "Erase what a policy names, prove it, and write a sanitized model") { policy, model, output, dryRun, force, GlobalOptions.Computed, GlobalOptions.Drawn };
        command.SetRun((context, cancel) => RunGuard.Guard(context, () =>
        {
            var choices = new RunChoices { Model = context.Parsed.GetValue(model), Device = context.Globals.Device, Dtype = context.Globals.Dtype };
            using var erasers = EraserSet.Of(AskedPlugins.Load(context));
            var prepared = Preparation.Of(context.Parsed.GetValue(policy)!, choices, erasers);
            if (context.Parsed.GetValue(dryRun))
                return Show(context, prepared.Plan);
            var result = Apply(context, prepared, context.Parsed.GetValue(output), context.Parsed.GetValue(force), cancel);
            if (!context.Globals.Json)
                context.Streams.Out.WriteLine(result.Folder);
            return context.Finish(result.ExitCode, RunSummary.Diagnostics(result), RunSummary.Json(result));
        }));
        return command;
    }

    /// <summary>Runs one prepared policy with progress on stderr, and notes what came out.</summary>
    internal static RunResult Apply(CommandContext context, PreparedRun prepared, string? output, bool force, CancellationToken cancel)
    {
        var folder = Path.GetFullPath(output ?? Path.Combine("runs", prepared.Plan.Policy));
        RunResult result;
        using (var progress = context.Progress())
            result = new RunSession(prepared, folder, force, context.Globals.CoresToUse, new ProgressObserver(progress)).Run(cancel);
        foreach (var line in RunSummary.Lines(result))
            context.Note(line);
        return result;
    }

    private static ExitCode Show(CommandContext context, Plan plan)
    {
        if (!context.Globals.Json)
            context.Streams.Out.Write(RunJson.Text(plan));
        return context.Finish((JsonObject)JsonSerializer.SerializeToNode(plan, RunJson.Document)!);
    }
}

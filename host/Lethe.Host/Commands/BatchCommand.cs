using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Host.Commands.Plugins;
using Lethe.Host.Runs;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands;

/// <summary><c>lethe batch</c>: carries out several policies, one after the other.</summary>
internal static class BatchCommand
{
    public static Command Create()
    {
        var policies = new Argument<string[]>("policies") { Description = "Policy files, or folders with them", Arity = ArgumentArity.OneOrMore };
        var model = new Option<string?>("--model") { Description = "Another model than the policies'", HelpName = "name or folder" };
        var output = new Option<string>("--output", "-o") { Description = "Folder that gets one run folder per policy", DefaultValueFactory = _ => "runs", HelpName = "folder" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Check all policies and print their steps; write nothing" };
        var force = new Option<bool>("--force") { Description = "Start over instead of continuing what is in the run folders" };
        var command = new Command("batch", "Carry out several policies; all are checked before the first one runs") { policies, model, output, dryRun, force, GlobalOptions.Computed, GlobalOptions.Drawn };
        command.SetRun((context, cancel) => RunGuard.Guard(context, () =>
        {
            var choices = new RunChoices { Model = context.Parsed.GetValue(model), Device = context.Globals.Device, Dtype = context.Globals.Dtype };
            using var erasers = EraserSet.Of(AskedPlugins.Load(context));
            var prepared = Prepare(Files(context.Parsed.GetValue(policies)!), choices, erasers);
            return context.Parsed.GetValue(dryRun)
                ? Show(context, prepared)
                : Run(context, prepared, context.Parsed.GetValue(output)!, context.Parsed.GetValue(force), cancel);
        }));
        return command;
    }

    private static List<string> Files(IEnumerable<string> arguments)
    {
        var files = arguments.SelectMany(argument => Directory.Exists(argument)
            ? Directory.EnumerateFiles(argument).Where(file => Path.GetExtension(file) is ".yaml" or ".yml").Order(StringComparer.Ordinal)
            : Enumerable.Repeat(argument, 1)).ToList();
        return files.Count > 0 ? files : throw new RunException(ExitCode.UsageInvalid, DiagnosticId.PolicyUnreadable, "no policies found, expected files ending in `.yaml`");
    }

    // Nothing runs for hours before a mistake in the last policy is found.
    private static List<PreparedRun> Prepare(List<string> files, RunChoices choices, EraserSet erasers)
    {
        var prepared = new List<PreparedRun>();
        var diagnostics = new List<Diagnostic>();
        var worst = ExitCode.UsageInvalid;
        foreach (var file in files)
        {
            try
            {
                prepared.Add(Preparation.Of(file, choices, erasers));
            }
            catch (RunException fault)
            {
                worst = fault.ExitCode;
                diagnostics.AddRange(fault.Diagnostics);
            }
        }
        diagnostics.AddRange(prepared.GroupBy(run => run.Plan.Policy).Where(group => group.Count() > 1).Select(group =>
            Diagnostic.Error(DiagnosticId.PolicyConflict, $"{group.Count()} policies are named `{group.Key}`", hint: "names tell run folders apart; rename one")));
        return diagnostics.Count == 0 ? prepared : throw new RunException(worst, diagnostics);
    }

    private static ExitCode Show(CommandContext context, List<PreparedRun> prepared)
    {
        foreach (var run in prepared.Where(_ => !context.Globals.Json))
            context.Streams.Out.WriteLine($"{run.Plan.Policy}: {string.Join(", ", run.Plan.Steps.Select(step => $"{step.Eraser} on {step.Erase.Count} concepts"))}");
        return context.Finish(new JsonObject { ["policies"] = new JsonArray([.. prepared.Select(run => JsonValue.Create(run.Plan.Policy))]) });
    }

    private static ExitCode Run(CommandContext context, List<PreparedRun> prepared, string output, bool force, CancellationToken cancel)
    {
        var results = new JsonArray();
        var diagnostics = new List<Diagnostic>();
        var code = ExitCode.Success;
        for (var i = 0; i < prepared.Count; i++)
        {
            var policy = prepared[i].Plan.Policy;
            context.Note($"policy {i + 1} of {prepared.Count}: {policy}");
            ExitCode own;
            try
            {
                var result = ApplyCommand.Apply(context, prepared[i], Path.Combine(output, policy), force, cancel);
                own = result.ExitCode;
                diagnostics.AddRange(RunSummary.Diagnostics(result).Select(found => found with { Message = $"{policy}: {found.Message}" }));
                results.Add(new JsonObject { ["policy"] = policy, ["exit-code"] = (int)own, ["folder"] = result.Folder });
                if (!context.Globals.Json)
                    context.Streams.Out.WriteLine(result.Folder);
            }
            catch (RunException fault)
            {
                // One policy that fails does not stop the others.
                own = fault.ExitCode;
                diagnostics.AddRange(fault.Diagnostics.Select(diagnostic => diagnostic with { Message = $"{policy}: {diagnostic.Message}" }));
                results.Add(new JsonObject { ["policy"] = policy, ["exit-code"] = (int)own });
            }
            code = Worse(code, own);
        }
        return context.Finish(code, diagnostics, new JsonObject { ["runs"] = results });
    }

    // A run that failed weighs more than a gate that was missed.
    private static ExitCode Worse(ExitCode a, ExitCode b) => a is ExitCode.Success or ExitCode.GateMissed && b != ExitCode.Success ? b : a;
}

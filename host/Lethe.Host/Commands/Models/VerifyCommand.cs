using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Lethe.Diffusion;
using Lethe.Diffusion.Verification;
using Lethe.Host.Runs;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands.Models;

/// <summary><c>lethe models verify</c>: whether a model computes what was recorded.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var command = new Command("verify", "Compare a model's outputs with recorded ones, or record them");
        var choice = new ModelChoice(command);
        var expected = new Option<string?>("--expected") { Description = "Recorded outputs; the model's own folder `expected` when left out", HelpName = "folder" };
        var record = new Option<string?>("--record") { Description = "Record this model's outputs in a new folder instead", HelpName = "folder" };
        command.Options.Add(expected);
        command.Options.Add(record);
        command.SetRun((context, cancel) => RunGuard.Guard(context, () => ModelSession.Guard(() =>
        {
            var path = choice.Path(context.Parsed);
            using var model = StableDiffusion.Open(path, choice.Options(context.Parsed));
            return context.Parsed.GetValue(record) is { } target
                ? Record(context, model, Path.GetFullPath(target))
                : Compare(context, model, context.Parsed.GetValue(expected) ?? Path.Combine(path, RecordedOutputs.Folder), cancel);
        })));
        return command;
    }

    private static ExitCode Record(CommandContext context, StableDiffusion model, string target)
    {
        try
        {
            OutputRecorder.Write(model, target);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw OutputFile.Refused(target, failure);
        }

        if (!context.Globals.Json)
            context.Streams.Out.WriteLine(target);
        return context.Finish(new JsonObject { ["recorded"] = target });
    }

    private static ExitCode Compare(CommandContext context, StableDiffusion model, string folder, CancellationToken cancel)
    {
        var differences = new List<OutputDifference>();
        foreach (var difference in RecordedOutputs.Compare(model, folder, cancel))
        {
            differences.Add(difference);
            if (!context.Globals.Json)
                context.Streams.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{(difference.Holds ? "same" : "DIFFERS"),-9}{difference.Difference,10:0.0e+00} of {difference.Tolerance:0.0e+00} {(difference.IsRelative ? "relative" : "absolute")}   {difference.Output}"));
        }

        var wrong = differences.Where(difference => !difference.Holds).ToList();
        var data = new JsonObject
        {
            ["expected"] = folder,
            ["outputs"] = new JsonArray([.. differences.Select(difference => new JsonObject
            {
                ["output"] = difference.Output,
                ["difference"] = double.IsFinite(difference.Difference) ? difference.Difference : null,
                ["tolerance"] = difference.Tolerance,
                ["relative"] = difference.IsRelative,
                ["holds"] = difference.Holds,
            })]),
        };
        return wrong.Count == 0 ? context.Finish(data) : context.Finish(ExitCode.GateMissed,
            [Diagnostic.Error(DiagnosticId.GateMissed, $"{wrong.Count} of {differences.Count} outputs differ from those in `{folder}`, the first is `{wrong[0].Output}`")], data);
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Diffusion.Checkpoints;
using Lethe.Host.Runs;
using Lethe.Sdk.Diagnostics;
using Lethe.Training;

namespace Lethe.Host.Commands;

/// <summary><c>lethe train emoji</c>: makes the built-in model, from nothing or from a finished one.</summary>
internal static class TrainCommand
{
    private const string Model = "emoji";

    public static Command Create()
    {
        var stage = new Option<string>("--stage") { Description = "Stage to run, or all", DefaultValueFactory = _ => "all" };
        stage.AcceptOnlyFromAmong(["all", .. TrainEmoji.Stages]);
        var work = new Option<string>("--work") { Description = "Folder for pictures, checkpoints, logs and previews", DefaultValueFactory = _ => "training", HelpName = "folder" };
        var export = new Option<string?>("--output", "-o") { Description = "Folder of the finished model", HelpName = "folder" };
        var world = new Option<string?>("--world") { Description = "Another world file than the built-in model's", HelpName = "file" };
        var from = new Option<string?>("--from") { Description = "Start from this model's weights instead of from nothing, such as builtin:emoji with a concept added to its world", HelpName = "model" };
        var steps = new Option<long?>("--steps") { Description = "Optimiser steps in all; the recipe's own number unless given" };
        var minutes = new Option<double?>("--minutes") { Description = "Stop behind a checkpoint after so many minutes; the next call continues" };
        var batch = new Option<int?>("--batch") { Description = "Pictures per step; the recipe's own number unless given" };
        var seed = new Option<int>("--seed") { Description = "Seed of every random choice", DefaultValueFactory = _ => 1 };
        var restart = new Option<bool>("--restart") { Description = "Start over instead of continuing the checkpoint" };
        var emoji = new Command(Model, "Train the built-in emoji model; resumable at every stage") { stage, work, export, world, from, steps, minutes, batch, seed, restart };
        emoji.SetRun((context, cancel) => RunGuard.Guard(context, () => Run(context, () => new TrainOptions
        {
            Stage = context.Parsed.GetValue(stage)!,
            WorkFolder = Path.GetFullPath(context.Parsed.GetValue(work)!),
            WorldPath = context.Parsed.GetValue(world) ?? Path.Combine(ModelLocation.BuiltInFolder(Model), "world.yaml"),
            From = context.Parsed.GetValue(from) is { } model ? ModelLocation.Find(model) : null,
            Steps = context.Parsed.GetValue(steps),
            Minutes = context.Parsed.GetValue(minutes),
            Batch = context.Parsed.GetValue(batch),
            Threads = context.Globals.Threads ?? Math.Min(2, Environment.ProcessorCount),
            Seed = context.Parsed.GetValue(seed),
            Resume = !context.Parsed.GetValue(restart),
            Export = context.Parsed.GetValue(export) is { } folder ? Path.GetFullPath(folder) : null,
        }, cancel)));
        return new Command("train", "Train a built-in model, from nothing or from a finished one") { emoji };
    }

    private static ExitCode Run(CommandContext context, Func<TrainOptions> choose, CancellationToken cancel)
    {
        var options = choose();
        try
        {
            TrainEmoji.Run(options, context.Note, cancel);
        }
        catch (Exception failure) when (failure is InvalidDataException or CheckpointException or IOException or UnauthorizedAccessException)
        {
            throw new RunException(ExitCode.RunFailed, DiagnosticId.RunFailed, $"training stage `{options.Stage}`: {failure.Message.TrimEnd('.')}", inner: failure);
        }
        return context.Finish(new JsonObject { ["stage"] = options.Stage, ["work"] = options.WorkFolder, ["output"] = options.Export });
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Host.Policies;

namespace Lethe.Host.Commands;

/// <summary><c>lethe policy explain</c>: value, default and origin of every key; or the policy with every choice written out.</summary>
internal static class PolicyExplainCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("policy") { Description = "Policy file" };
        var resolved = new Option<bool>("--resolved") { Description = "Print the policy as YAML with every choice written out" };
        var command = new Command("explain", "Show value, default and origin of every key of a policy") { file, resolved };
        command.SetRun((context, _) => Run(context, context.Parsed.GetValue(file)!, context.Parsed.GetValue(resolved)));
        return command;
    }

    private static ExitCode Run(CommandContext context, string file, bool resolved)
    {
        var loaded = LoadedPolicy.From(file, context);
        if (loaded.ExitCode != ExitCode.Success) return context.Finish(loaded.ExitCode, loaded.Diagnostics);

        var policy = loaded.Reading.Policy!;
        var rows = PolicyExplanation.Of(policy, loaded.Reading.Document!, loaded.Erasures);
        var text = PolicyWriter.Write(ErasureResolver.WriteOut(policy, loaded.Erasures));
        if (!context.Globals.Json) context.Streams.Out.Write(resolved ? text : Table(rows));
        return context.Finish(ExitCode.Success, loaded.Diagnostics, new JsonObject
        {
            ["file"] = file,
            ["sha256"] = loaded.Reading.Document!.Sha256,
            ["resolved"] = text,
            ["keys"] = new JsonArray([.. rows.Select(row => (JsonNode)new JsonObject
            {
                ["key"] = row.Key,
                ["value"] = RecordNodes.JsonOf(row.Value),
                ["default"] = row.Default is null ? null : RecordNodes.JsonOf(row.Default),
                ["origin"] = row.Origin,
            })]),
        });
    }

    private static string Table(IReadOnlyList<ExplainedKey> rows)
    {
        var cells = rows.Select(row => (row.Key, Value: PolicyWriter.Inline(row.Value), Default: row.Default is null ? "-" : PolicyWriter.Inline(row.Default), row.Origin)).ToList();
        var key = Math.Max(3, cells.Max(cell => cell.Key.Length));
        var value = Math.Clamp(cells.Max(cell => cell.Value.Length), 5, 40);
        var initial = Math.Clamp(cells.Max(cell => cell.Default.Length), 7, 24);
        return string.Concat(cells
            .Prepend(("key", "value", "default", "origin"))
            .Select(cell => $"{cell.Item1.PadRight(key)}  {Fit(cell.Item2, value)}  {Fit(cell.Item3, initial)}  {cell.Item4}\n"));
    }

    private static string Fit(string text, int width) => text.Length > width ? text[..(width - 1)] + "…" : text.PadRight(width);
}

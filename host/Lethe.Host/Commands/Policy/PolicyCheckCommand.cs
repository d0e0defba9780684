using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands;

/// <summary><c>lethe policy check</c>: everything that is wrong with policies, with file, line and column.</summary>
internal static class PolicyCheckCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("policy") { Description = "Policy files", Arity = ArgumentArity.OneOrMore };
        var command = new Command("check", "Report everything that is wrong with a policy") { files };
        command.SetRun((context, _) => Run(context, context.Parsed.GetValue(files)!));
        return command;
    }

    private static ExitCode Run(CommandContext context, string[] files)
    {
        var diagnostics = new List<Diagnostic>();
        var rows = new JsonArray();
        var code = ExitCode.Success;
        foreach (var file in files)
        {
            var loaded = LoadedPolicy.From(file, context);
            diagnostics.AddRange(loaded.Diagnostics);
            if (code == ExitCode.Success) code = loaded.ExitCode;
            var valid = loaded.ExitCode == ExitCode.Success;
            var concepts = loaded.Reading.Policy?.Erase.Count ?? 0;
            rows.Add((JsonNode)new JsonObject
            {
                ["file"] = file,
                ["valid"] = valid,
                ["name"] = loaded.Reading.Policy?.Name,
                ["sha256"] = loaded.Reading.Document?.Sha256,
                ["concepts"] = concepts,
            });
            if (valid && !context.Globals.Json)
                context.Streams.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: valid, erases {concepts} {(concepts == 1 ? "concept" : "concepts")}"));
        }

        return context.Finish(code, diagnostics, new JsonObject { ["policies"] = rows });
    }
}

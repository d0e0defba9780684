using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands;

/// <summary><c>lethe doctor</c>: says whether this machine can run Lethe, and what is missing.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Check engine, plugins and models");
        command.SetRun((context, _) => Run(context));
        return command;
    }

    private static ExitCode Run(CommandContext context)
    {
        var checks = DoctorChecks.All(context).ToList();
        var failed = checks.Where(check => !check.Holds).ToList();
        var width = checks.Max(check => check.Name.Length);
        if (!context.Globals.Json)
            foreach (var check in checks) context.Streams.Out.WriteLine($"{(check.Holds ? "ok    " : "FAILED")}  {check.Name.PadRight(width)}  {check.Finding}");
        return context.Finish(
            failed.Count == 0 ? ExitCode.Success : ExitCode.RunFailed,
            [.. failed.Select(check => Diagnostic.Error(IdOf(check), $"{check.Name}: {check.Finding}", check.Hint))],
            new JsonObject
            {
                ["checks"] = new JsonArray([.. checks.Select(check => (JsonNode)new JsonObject
                {
                    ["name"] = check.Name,
                    ["holds"] = check.Holds,
                    ["finding"] = check.Finding,
                    ["hint"] = check.Hint,
                })]),
            });
    }

    private static string IdOf(DoctorCheck check) =>
        check.Name.StartsWith("plugin", StringComparison.Ordinal) ? DiagnosticId.LoadFailed
        : check.Name.StartsWith("model", StringComparison.Ordinal) ? DiagnosticId.UnknownModel
        : DiagnosticId.EngineUnavailable;
}

using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Host.Plugins;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands.Plugins;

/// <summary><c>lethe plugins new ID</c>: a plugin that builds, loads and erases as it is.</summary>
internal static class NewCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("id") { Description = "Id of the plugin: lower-case words joined by dots, such as acme.shift" };
        var output = new Option<string?>("--output", "-o") { Description = "Folder to write to; the last word of the id without it", HelpName = "folder" };
        var command = new Command("new", "Start a plugin from the template") { id, output };
        command.SetRun((context, _) => Run(context, context.Parsed.GetRequiredValue(id), context.Parsed.GetValue(output)));
        return command;
    }

    private static ExitCode Run(CommandContext context, string id, string? output)
    {
        if (PluginTemplate.Fault(id) is { } fault)
            return context.Finish(ExitCode.UsageInvalid, [Diagnostic.Error(DiagnosticId.BadPluginIdentity, fault)]);

        var folder = Path.GetFullPath(output ?? id.Split('.')[^1]);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            return context.Finish(ExitCode.UsageInvalid, [Diagnostic.Error(
                DiagnosticId.OutputUnwritable, $"folder `{folder}` is not empty", "name another one with `--output`")]);
        }

        IReadOnlyList<string> written;
        try
        {
            written = new PluginTemplate(id).Write(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return context.Finish(ExitCode.RunFailed, [Diagnostic.Error(
                DiagnosticId.OutputUnwritable, $"folder `{folder}` cannot be written: {failure.Message.TrimEnd('.')}")]);
        }

        if (!context.Globals.Json)
        {
            foreach (var file in written)
                context.Streams.Out.WriteLine(Path.Combine(folder, file));
        }

        context.Note($"next: `cat {Path.Combine(folder, "README.md")}`");
        return context.Finish(new JsonObject { ["folder"] = folder, ["files"] = new JsonArray([.. written.Select(file => (JsonNode)file)]) });
    }
}

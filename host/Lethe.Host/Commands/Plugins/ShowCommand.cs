using System.CommandLine;
using Lethe.Host.Plugins;

namespace Lethe.Host.Commands.Plugins;

/// <summary><c>lethe plugins show ID</c>: everything known about one plugin.</summary>
internal static class ShowCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("id") { Description = "The plugin's id" };
        var command = new Command("show", "Show one plugin: versions, erasers with their options, files and their hashes") { id };
        command.SetRun((context, _) => AskedPlugins.Use(context, context.Parsed.GetRequiredValue(id), plugin => Run(context, plugin)));
        return command;
    }

    private static ExitCode Run(CommandContext context, InstalledPlugin plugin)
    {
        if (!context.Globals.Json)
        {
            var output = context.Streams.Out;
            output.WriteLine($"id       {plugin.Id}");
            output.WriteLine($"state    {PluginText.State(plugin)}");
            output.WriteLine($"version  {plugin.Identity?.Version ?? "?"}");
            output.WriteLine($"sdk      {plugin.Identity?.Sdk.ToString() ?? "?"}");
            output.WriteLine($"folder   {plugin.Folder.FullPath}");
            foreach (var eraser in plugin.Erasers)
            {
                output.WriteLine($"eraser   {eraser.Id}: {eraser.Metadata.Description}");
                foreach (var line in PluginText.Options(eraser))
                    output.WriteLine(line);
            }

            foreach (var file in plugin.Files)
                output.WriteLine($"file     {file.Sha256}  {file.Path}");
        }

        return context.Finish(ExitCode.Success, plugin.Diagnostics, PluginText.Json(plugin));
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;

namespace Lethe.Host.Commands.Plugins;

/// <summary><c>lethe plugins list</c>: every plugin with its state; refused ones do not fail the command.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var command = new Command("list", "List installed plugins and what became of them");
        command.SetRun(Run);
        return command;
    }

    private static ExitCode Run(CommandContext context, CancellationToken cancel)
    {
        using var catalog = AskedPlugins.Load(context);
        var data = new JsonObject { ["plugins"] = new JsonArray([.. catalog.Plugins.Select(PluginText.Json)]) };
        if (!context.Globals.Json)
        {
            var width = catalog.Plugins.Select(plugin => plugin.Id.Length).Append(4).Max();
            foreach (var plugin in catalog.Plugins)
            {
                var erasers = string.Join(", ", plugin.Erasers.Select(eraser => eraser.Id));
                context.Streams.Out.WriteLine($"{plugin.Id.PadRight(width)}  {PluginText.State(plugin),-7}  {PluginText.Version(plugin),-8}  {erasers}".TrimEnd());
            }

            if (catalog.Plugins.Count == 0)
                context.Note($"no plugins in {string.Join(", ", AskedPlugins.Roots(context).Select(root => $"`{root}`"))}");
        }

        return context.Finish(ExitCode.Success, catalog.Diagnostics, data);
    }
}

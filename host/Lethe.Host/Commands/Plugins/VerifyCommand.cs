using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Host.Plugins;

namespace Lethe.Host.Commands.Plugins;

/// <summary><c>lethe plugins verify [ID]</c>: loads plugins and constructs every eraser; exit code 3 when one is refused.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var id = new Argument<string?>("id") { Description = "The plugin's id; all plugins without it", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("verify", "Check plugins against the lock file and construct every eraser") { id };
        command.SetRun((context, _) => Run(context, context.Parsed.GetValue(id)));
        return command;
    }

    private static ExitCode Run(CommandContext context, string? id)
    {
        using var catalog = AskedPlugins.Load(context);
        var chosen = catalog.Plugins.Where(plugin => id is null || plugin.Id == id).ToList();
        if (id is not null && chosen.Count == 0)
            return context.Finish(ExitCode.UsageInvalid, [PluginText.Unknown(id, catalog)]);

        var found = (id is null ? catalog.Diagnostics : [.. chosen.SelectMany(plugin => plugin.Diagnostics)]).ToList();
        var failed = chosen.Any(plugin => plugin.State != PluginState.Ready);
        foreach (var eraser in chosen.SelectMany(plugin => plugin.Erasers))
        {
            if (!eraser.TryCreate(out _, out var problem))
            {
                failed = true;
                found.Add(problem);
            }
            else if (!context.Globals.Json)
            {
                context.Streams.Out.WriteLine($"{eraser.Id}  ok");
            }
        }

        var data = new JsonObject { ["plugins"] = new JsonArray([.. chosen.Select(PluginText.Json)]) };
        return context.Finish(failed ? ExitCode.PluginRefused : ExitCode.Success, found, data);
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Host.Plugins;
using Lethe.Host.Runs;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands.Plugins;

/// <summary>
/// <c>lethe plugins verify [ID]</c>: loads plugins and constructs every eraser, each plugin in a process of its own; exit code 3 when one
/// is refused or does not survive it.
/// </summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var id = new Argument<string?>("id") { Description = "The plugin's id; all plugins without it", Arity = ArgumentArity.ZeroOrOne };
        var inProcess = new Option<bool>(PluginWorker.Option) { Description = "Load the plugin into this process", Hidden = true };
        var command = new Command("verify", "Check plugins against the lock file and construct every eraser") { id, inProcess };
        command.SetRun((context, cancel) => Run(context, context.Parsed.GetValue(id), context.Parsed.GetValue(inProcess), cancel));
        return command;
    }

    private static ExitCode Run(CommandContext context, string? id, bool inProcess, CancellationToken cancel)
    {
        using var catalog = AskedPlugins.Load(context, plugin => inProcess && plugin.Id == id);
        var chosen = catalog.Plugins.Where(plugin => id is null || plugin.Id == id).ToList();
        if (id is not null && chosen.Count == 0)
            return context.Finish(ExitCode.UsageInvalid, [PluginText.Unknown(id, catalog)]);

        var verdicts = new List<PluginVerdict>();
        var holders = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var plugin in chosen)
        {
            cancel.ThrowIfCancellationRequested();
            var verdict = plugin.State == PluginState.Judged ? PluginWorker.Verify(context, plugin) : Construct(plugin);
            verdicts.Add(Admit(verdict, plugin, holders));
            foreach (var eraser in verdicts[^1].Constructed.Where(_ => !context.Globals.Json))
                context.Streams.Out.WriteLine($"{eraser}  ok");
        }

        return context.Finish(
            verdicts.Exists(verdict => verdict.Failed) ? ExitCode.PluginRefused : ExitCode.Success,
            [.. id is null ? catalog.RootDiagnostics : [], .. verdicts.SelectMany(verdict => verdict.Diagnostics)],
            new JsonObject
            {
                ["plugins"] = new JsonArray([.. verdicts.Select(verdict => verdict.Plugin)]),
                ["constructed"] = new JsonArray([.. verdicts.SelectMany(verdict => verdict.Constructed).Select(eraser => (JsonNode)eraser)]),
            });
    }

    private static PluginVerdict Construct(InstalledPlugin plugin)
    {
        var found = plugin.Diagnostics.ToList();
        var constructed = new List<string>();
        foreach (var installed in plugin.Erasers)
        {
            if (!installed.TryCreate(out var eraser, out var problem))
            {
                found.Add(problem);
                continue;
            }

            var missing = PluginNeeds.MissingNatives(eraser.GetType().Assembly, plugin.Id).Except(found).ToList();
            found.AddRange(missing);
            if (missing.Count == 0)
                constructed.Add(installed.Id);
        }

        if (PluginFaults.First is { } fault)
            found.Add(fault);
        return new PluginVerdict
        {
            Plugin = PluginText.Json(plugin),
            Constructed = constructed,
            Diagnostics = found,
            Failed = plugin.State != PluginState.Ready || found.Exists(diagnostic => diagnostic.Severity == Severity.Error),
        };
    }

    // Each process sees one plugin; that two export the same id shows only here.
    private static PluginVerdict Admit(PluginVerdict verdict, InstalledPlugin plugin, Dictionary<string, string> holders)
    {
        var taken = verdict.Constructed
            .Select(eraser => (Id: eraser, Fault: PluginCatalog.WhyLeftOut(eraser, plugin.Identity!, holders.GetValueOrDefault(eraser))))
            .Where(item => item.Fault is not null).ToList();
        var kept = verdict.Constructed.Except(taken.Select(item => item.Id)).ToList();
        kept.ForEach(eraser => holders[eraser] = plugin.Id);
        return taken.Count == 0
            ? verdict
            : verdict with { Constructed = kept, Diagnostics = [.. verdict.Diagnostics, .. taken.Select(item => item.Fault!)], Failed = true };
    }
}

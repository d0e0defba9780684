using System.CommandLine;
using System.Text.Json;
using Lethe.Host.Plugins;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands.Plugins;

/// <summary><c>lethe plugins trust ID</c>: writes a plugin's hashes into the lock file; the only command that does.</summary>
internal static class TrustCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("id") { Description = "The plugin's id" };
        var command = new Command("trust", "Agree to a plugin's files as they are now") { id };
        command.SetRun((context, _) => AskedPlugins.Use(context, context.Parsed.GetRequiredValue(id), plugin => Run(context, plugin)));
        return command;
    }

    private static ExitCode Run(CommandContext context, InstalledPlugin plugin)
    {
        if (plugin.Identity is not { } identity || plugin.Files.Count == 0)
            return context.Finish(ExitCode.PluginRefused, plugin.Diagnostics);

        context.Note($"trusting `{identity.Id}` {PluginText.Version(plugin)} (SDK {identity.Sdk}) in `{plugin.Folder.FullPath}`:");
        var before = PluginLock.Read(plugin.Folder.Root, []).Agreed(plugin.Folder.Name)?.ToDictionary(file => file.Path, file => file.Sha256);
        foreach (var file in plugin.Files)
        {
            var old = before?.GetValueOrDefault(file.Path);
            var note = old is null ? "new" : old.Equals(file.Sha256, StringComparison.OrdinalIgnoreCase) ? "unchanged" : $"was {old[..12].ToLowerInvariant()}";
            context.Note($"  {file.Sha256[..12]}  {file.Path}  ({note})");
        }

        context.Note("a hash says that the files are unchanged since now, not that they are safe; a plugin runs with your rights");
        try
        {
            PluginLock.Trust(plugin.Folder, identity, plugin.Files);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return context.Finish(ExitCode.RunFailed, [Diagnostic.Error(DiagnosticId.OutputUnwritable,
                $"lock file `{Path.Combine(plugin.Folder.Root, PluginLock.FileName)}` cannot be written: {failure.Message.TrimEnd('.')}")]);
        }

        return context.Finish(PluginText.Json(plugin));
    }
}

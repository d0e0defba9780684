using System.CommandLine;
using Lethe.Host.Plugins;

namespace Lethe.Host.Commands.Plugins;

/// <summary>The options of every command that loads plugins.</summary>
public static class PluginOptions
{
    private const string Folders = "--plugins";
    private const string Untrusted = "--allow-untrusted";

    /// <summary>Adds <c>--plugins</c> and <c>--allow-untrusted</c>.</summary>
    public static void AddTo(Command command)
    {
        command.Options.Add(new Option<string[]>(Folders)
        {
            Description = "Also look for plugin folders below this folder; may be given several times",
            HelpName = "folder",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        });
        command.Options.Add(new Option<bool>(Untrusted) { Description = "Load plugins that no lock file lists; for authors, and recorded in the run" });
    }

    /// <summary>Loads the plugins that a command line asks for.</summary>
    public static PluginCatalog Load(CommandContext context) =>
        PluginCatalog.Load(Roots(context), context.Parsed.GetValue<bool>(Untrusted) ? PluginTrust.Anything : PluginTrust.Locked);

    /// <summary>The folders that a command line asks for, and the usual ones.</summary>
    public static IReadOnlyList<string> Roots(CommandContext context) => PluginRoots.For(context.Parsed.GetValue<string[]>(Folders) ?? []);
}

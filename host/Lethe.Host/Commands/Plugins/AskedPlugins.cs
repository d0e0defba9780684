using Lethe.Host.Plugins;

namespace Lethe.Host.Commands.Plugins;

/// <summary>The plugins that a command line asks for: every command finds them in the same places and trusts the same lock files.</summary>
internal static class AskedPlugins
{
    /// <summary>Finds, judges and loads them.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="open">Which of those that are judged good to load; null for all.</param>
    public static PluginCatalog Load(CommandContext context, Func<PluginIdentity, bool>? open = null) =>
        PluginCatalog.Load(Roots(context), context.Globals.AllowUntrusted ? PluginTrust.Anything : PluginTrust.Locked, open: open);

    /// <summary>Loads them and hands over the one of an id; an id that none has is the user's mistake.</summary>
    public static ExitCode Use(CommandContext context, string id, Func<InstalledPlugin, ExitCode> use)
    {
        using var catalog = Load(context);
        return catalog.Plugins.FirstOrDefault(plugin => plugin.Id == id) is { } found
            ? use(found)
            : context.Finish(ExitCode.UsageInvalid, [PluginText.Unknown(id, catalog)]);
    }

    /// <summary>The folders of the command line, then the usual ones.</summary>
    public static IReadOnlyList<string> Roots(CommandContext context) => PluginRoots.For(context.Globals.Plugins);
}

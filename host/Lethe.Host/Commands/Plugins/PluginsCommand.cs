using System.CommandLine;

namespace Lethe.Host.Commands.Plugins;

/// <summary><c>lethe plugins</c>.</summary>
public static class PluginsCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create() => new("plugins", "List, check, trust and start plugins")
    {
        ListCommand.Create(),
        ShowCommand.Create(),
        VerifyCommand.Create(),
        TrustCommand.Create(),
        NewCommand.Create(),
    };
}

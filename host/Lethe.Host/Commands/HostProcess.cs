using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Lethe.Host.Commands;

/// <summary>This program in another process.</summary>
internal static class HostProcess
{
    /// <summary>How to start it with these arguments, and with the plugins that this one was asked for.</summary>
    public static ProcessStartInfo Of(CommandContext context, IReadOnlyList<string> arguments)
    {
        // The host is framework-dependent: whatever started this process, `dotnet` can start its assembly.
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        var start = new ProcessStartInfo(dotnet, [typeof(HostProcess).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var folder in context.Globals.Plugins)
        {
            start.ArgumentList.Add("--plugins");
            start.ArgumentList.Add(folder);
        }

        if (context.Globals.AllowUntrusted)
            start.ArgumentList.Add("--allow-untrusted");
        return start;
    }
}

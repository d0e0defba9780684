using System.Text.RegularExpressions;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Plugins;

/// <summary>Decides whether a plugin built against one contract version may run on another.</summary>
public static partial class SdkCompatibility
{
    /// <summary>The refusal, or null when the versions fit.</summary>
    /// <param name="plugin">Who asks.</param>
    /// <param name="host">The contract version of this host.</param>
    public static Diagnostic? Judge(PluginIdentity plugin, Version host)
    {
        var built = plugin.Sdk;
        if (built.Major == host.Major && built.Minor <= host.Minor)
            return null;

        var range = plugin.SdkRange is null ? null : RangePattern().Match(plugin.SdkRange);
        if (range is { Success: false })
        {
            return Diagnostic.Error(DiagnosticId.BadPluginIdentity,
                $"plugin `{plugin.Id}` was not loaded: its SDK range `{plugin.SdkRange}` is not of the form `[1.2,3.0)`");
        }

        // Within a major the plugin may use members that this host does not have: no declaration can admit that.
        if (range is not null && built.Major != host.Major && Contains(range, host))
            return null;

        return Diagnostic.Error(DiagnosticId.SdkVersionMismatch,
            $"plugin `{plugin.Id}` was not loaded: built against SDK {built}, this host provides {host}",
            built > host ? $"update the host, or rebuild the plugin against SDK {host}" : $"rebuild the plugin against SDK {host}");
    }

    private static bool Contains(Match range, Version version)
    {
        var (low, high) = (Version.Parse(range.Groups["low"].Value), Version.Parse(range.Groups["high"].Value));
        var above = range.Groups["open"].Value == "[" ? version >= low : version > low;
        var below = range.Groups["close"].Value == "]" ? version <= high : version < high;
        return above && below;
    }

    [GeneratedRegex(@"\A(?<open>[\[(])\s*(?<low>\d{1,6}\.\d{1,6})\s*,\s*(?<high>\d{1,6}\.\d{1,6})\s*(?<close>[\])])\z")]
    private static partial Regex RangePattern();
}

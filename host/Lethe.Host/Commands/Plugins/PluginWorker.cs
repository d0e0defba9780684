using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Host.Output;
using Lethe.Host.Plugins;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands.Plugins;

/// <summary>Verifies one plugin in a process of its own: what no <c>try</c> can contain ends that process alone.</summary>
internal static class PluginWorker
{
    /// <summary>Hidden option of <c>plugins verify</c> that makes it the worker.</summary>
    public const string Option = "--in-process";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Starts the worker and waits for its verdict.</summary>
    public static PluginVerdict Verify(CommandContext context, InstalledPlugin plugin)
    {
        using var process = Process.Start(HostProcess.Of(context, ["plugins", "verify", plugin.Id, Option, "--json"]))!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            return Failed(plugin, $"plugin `{plugin.Id}` did not come to an end within {Limit.TotalSeconds:0} seconds");
        }

        return Read(output.GetAwaiter().GetResult()) ?? Failed(plugin,
            FormattableString.Invariant($"plugin `{plugin.Id}` ended the process that verified it (exit code {process.ExitCode}){LastWords(error.GetAwaiter().GetResult())}"));
    }

    private static PluginVerdict? Read(string output)
    {
        try
        {
            var document = JsonNode.Parse(output)!;
            return document["data"]?["plugins"]?[0] is JsonObject plugin
                ? new PluginVerdict
                {
                    Plugin = (JsonObject)plugin.DeepClone(),
                    Constructed = [.. document["data"]!["constructed"]!.AsArray().Select(id => (string)id!)],
                    Diagnostics = [.. document["diagnostics"]!.AsArray().Select(JsonOutput.Read)],
                    Failed = (int)document["exit-code"]! != (int)ExitCode.Success,
                }
                : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or NullReferenceException)
        {
            // A process that crashed has written nothing, or half a document.
            return null;
        }
    }

    private static PluginVerdict Failed(InstalledPlugin plugin, string message) => new()
    {
        Plugin = PluginText.Json(plugin),
        Diagnostics = [.. plugin.Diagnostics, Diagnostic.Error(DiagnosticId.LoadFailed, message, "the plugin's author can help")],
        Failed = true,
    };

    private static string LastWords(string error)
    {
        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeWhile(line => !line.StartsWith("at ", StringComparison.Ordinal));
        return string.Join(' ', lines.Take(2)) is { Length: > 0 } words ? $": {words.TrimEnd('.')}" : "";
    }
}

using System.Text.Json.Nodes;
using Lethe.Host.Output;
using Lethe.Host.Plugins;
using Lethe.Host.Policies;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands.Plugins;

/// <summary>How plugins are written, for people and as JSON.</summary>
internal static class PluginText
{
    /// <summary>The complaint about an id that no plugin has.</summary>
    public static Diagnostic Unknown(string id, PluginCatalog catalog) => Diagnostic.Error(
        DiagnosticId.NotAPlugin,
        $"no plugin `{id}` is installed",
        catalog.Plugins.Count == 0 ? "`--plugins` names a folder to look in" : $"installed: {string.Join(", ", catalog.Plugins.Select(plugin => $"`{plugin.Id}`"))}");

    /// <summary>One plugin as JSON.</summary>
    public static JsonObject Json(InstalledPlugin plugin) => new()
    {
        ["id"] = plugin.Id,
        ["state"] = State(plugin),
        ["version"] = plugin.Identity?.Version,
        ["sdk"] = plugin.Identity?.Sdk.ToString(),
        ["folder"] = plugin.Folder.FullPath,
        ["erasers"] = new JsonArray([.. plugin.Erasers.Select(eraser => new JsonObject
        {
            ["id"] = eraser.Id,
            ["description"] = eraser.Metadata.Description,
            ["options"] = eraser.Metadata.Options?.Name,
            ["options-schema"] = SchemaWriter.WriteOptions(eraser.Metadata),
            ["one-concept-at-a-time"] = eraser.Metadata.OneConceptAtATime,
        })]),
        ["files"] = new JsonArray([.. plugin.Files.Select(file => new JsonObject { ["path"] = file.Path, ["sha256"] = file.Sha256 })]),
        ["diagnostics"] = new JsonArray([.. plugin.Diagnostics.Select(JsonOutput.Of)]),
    };

    /// <summary>One line per option of an eraser: key, default, description.</summary>
    public static IEnumerable<string> Options(InstalledEraser eraser)
    {
        var options = ((JsonObject)SchemaWriter.WriteOptions(eraser.Metadata)["properties"]!).ToList();
        var width = options.Select(option => option.Key.Length).DefaultIfEmpty(0).Max();
        return options.Select(option =>
        {
            var initial = option.Value!["default"] is { } value ? $" (default {value.ToJsonString()})" : "";
            return $"option   {option.Key.PadRight(width)}  {option.Value["description"]}{initial}";
        });
    }

    /// <summary>The state in one word.</summary>
    public static string State(InstalledPlugin plugin) => plugin.State == PluginState.Ready ? "ready" : "refused";

    /// <summary>The version without the commit that the compiler appends.</summary>
    public static string Version(InstalledPlugin plugin) => plugin.Identity?.Version.Split('+', 2)[0] ?? "?";
}

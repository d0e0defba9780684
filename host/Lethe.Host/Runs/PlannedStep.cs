using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Lethe.Host.Runs;

/// <summary>One call of one eraser.</summary>
public sealed record PlannedStep
{
    /// <summary>Position, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>Id of the eraser, for example <c>uce</c>.</summary>
    public required string Eraser { get; init; }

    // Documents name its parts one by one. Not `required`: the serialiser refuses that word on what it ignores.

    /// <summary>The plugin that holds it.</summary>
    [JsonIgnore]
    public PluginStamp Source { get; init; } = new("", "", "");

    /// <summary>Id of the plugin.</summary>
    public string Plugin => Source.Id;

    /// <summary>Version of the plugin.</summary>
    public string PluginVersion => Source.Version;

    /// <summary>SHA-256 over the plugin folder's files.</summary>
    public string PluginSha256 => Source.Sha256;

    /// <summary>True when no lock file agrees to the plugin's files; absent otherwise.</summary>
    public bool? PluginLockIgnored => Source.LockIgnored;

    /// <summary>Every option with the value that will be used.</summary>
    public required JsonObject Options { get; init; }

    /// <summary>What is erased.</summary>
    public required IReadOnlyList<PlannedErasure> Erase { get; init; }

    /// <summary>What must stay.</summary>
    public required IReadOnlyList<string> Preserve { get; init; }

    /// <summary>File of the edit, relative to the run folder.</summary>
    public string EditFile => $"edits/{Number:00}-{Slug.Of(Eraser)}.safetensors";
}

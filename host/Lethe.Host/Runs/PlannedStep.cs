using System.Text.Json.Nodes;

namespace Lethe.Host.Runs;

/// <summary>One call of one eraser.</summary>
public sealed record PlannedStep
{
    /// <summary>Position, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>Id of the eraser, for example <c>uce</c>.</summary>
    public required string Eraser { get; init; }

    /// <summary>Id of the plugin that holds it.</summary>
    public required string Plugin { get; init; }

    /// <summary>Version of the plugin.</summary>
    public required string PluginVersion { get; init; }

    /// <summary>SHA-256 over the plugin folder's files.</summary>
    public required string PluginSha256 { get; init; }

    /// <summary>True when no lock file agrees to the plugin's files; absent otherwise.</summary>
    public bool? PluginLockIgnored { get; init; }

    /// <summary>Every option with the value that will be used.</summary>
    public required JsonObject Options { get; init; }

    /// <summary>What is erased.</summary>
    public required IReadOnlyList<PlannedErasure> Erase { get; init; }

    /// <summary>What must stay.</summary>
    public required IReadOnlyList<string> Preserve { get; init; }

    /// <summary>File of the edit, relative to the run folder.</summary>
    public string EditFile => $"edits/{Number:00}-{Slug.Of(Eraser)}.safetensors";
}

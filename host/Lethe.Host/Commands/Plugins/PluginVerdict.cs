using System.Text.Json.Nodes;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands.Plugins;

/// <summary>What became of one plugin that was verified.</summary>
internal sealed record PluginVerdict
{
    /// <summary>The plugin as <c>--json</c> shows it.</summary>
    public required JsonObject Plugin { get; init; }

    /// <summary>Ids of the erasers that could be constructed.</summary>
    public IReadOnlyList<string> Constructed { get; init; } = [];

    /// <summary>All that was found.</summary>
    public required IReadOnlyList<Diagnostic> Diagnostics { get; init; }

    /// <summary>Whether something is wrong with it.</summary>
    public required bool Failed { get; init; }
}

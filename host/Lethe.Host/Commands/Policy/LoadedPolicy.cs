using Lethe.Host.Commands.Plugins;
using Lethe.Host.Policies;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands;

/// <summary>A policy read and joined with the installed erasers, as the policy commands need it.</summary>
internal sealed record LoadedPolicy
{
    private LoadedPolicy(PolicyReading reading, IReadOnlyList<ResolvedErasure> erasures, IReadOnlyList<Diagnostic> diagnostics, ExitCode exitCode) =>
        (Reading, Erasures, Diagnostics, ExitCode) = (reading, erasures, diagnostics, exitCode);

    /// <summary>What the file holds.</summary>
    public PolicyReading Reading { get; }

    /// <summary>Its concepts with their erasers.</summary>
    public IReadOnlyList<ResolvedErasure> Erasures { get; }

    /// <summary>All that is wrong or doubtful.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>Success, or why the policy cannot be applied.</summary>
    public ExitCode ExitCode { get; }

    /// <summary>Reads <paramref name="file"/> and finds its erasers.</summary>
    public static LoadedPolicy From(string file, CommandContext context)
    {
        var reading = PolicyReader.Read(file);
        if (reading.Policy is not { } policy) return new LoadedPolicy(reading, [], reading.Diagnostics, ExitCode.UsageInvalid);

        using var catalog = AskedPlugins.Load(context);
        // The plugin that was refused may be the one that holds the eraser; then that is the message, not "unknown eraser".
        var refusals = policy.Erase
            .Select(concept => concept.Eraser ?? policy.Defaults.Eraser).Distinct()
            .Where(id => !catalog.Erasers.ContainsKey(id))
            .SelectMany(catalog.WhyMissing).Distinct().ToList();
        if (refusals.Count > 0) return new LoadedPolicy(reading, [], [.. reading.Diagnostics, .. refusals], ExitCode.PluginRefused);

        var diagnostics = reading.Diagnostics.ToList();
        var erasures = ErasureResolver.Resolve(policy, reading.Document!, catalog.Erasers.Values.Select(eraser => eraser.Metadata), diagnostics);
        return new LoadedPolicy(reading, erasures, diagnostics, diagnostics.HasErrors() ? ExitCode.UsageInvalid : ExitCode.Success);
    }
}

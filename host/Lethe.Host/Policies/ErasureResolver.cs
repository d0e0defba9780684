using System.Globalization;
using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Policies;

/// <summary>Joins a policy with the installed erasers.</summary>
public static class ErasureResolver
{
    /// <summary>One entry per concept, in the policy's order; concepts with a diagnostic are missing.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="document">Its file, for the places in messages.</param>
    /// <param name="erasers">The installed erasers.</param>
    /// <param name="diagnostics">Where complaints go.</param>
    public static IReadOnlyList<ResolvedErasure> Resolve(
        Policy policy, PolicyDocument document, IEnumerable<EraserMetadata> erasers, List<Diagnostic> diagnostics)
    {
        var known = erasers.ToDictionary(eraser => eraser.Id, StringComparer.Ordinal);
        var found = new List<Diagnostic>();
        var resolved = new List<ResolvedErasure>();
        for (var i = 0; i < policy.Erase.Count; i++)
        {
            var concept = policy.Erase[i];
            var path = string.Create(CultureInfo.InvariantCulture, $"erase[{i}]");
            var id = concept.Eraser ?? policy.Defaults.Eraser;
            if (!known.TryGetValue(id, out var eraser))
            {
                found.Add(Unknown(id, known.Keys, document.LocationOf(concept.Eraser is null ? "defaults.eraser" : $"{path}.eraser")));
                continue;
            }

            var keys = id == policy.Defaults.Eraser ? concept.Options.Over(policy.Defaults.Options) : concept.Options;
            var before = found.Count;
            var options = OptionsBinder.Bind(eraser.Options, keys, id, $"{path}.options", found);
            if (!found.Skip(before).HasErrors()) resolved.Add(new ResolvedErasure(concept, id, options, keys));
        }

        // What is wrong in the defaults is found once for each concept that takes them.
        diagnostics.AddRange(found.DistinctBy(diagnostic => (diagnostic.Id, diagnostic.Location, diagnostic.Location is null ? diagnostic.Message : "")));
        return resolved;
    }

    /// <summary>The policy with every choice written out; applying it gives the same run.</summary>
    public static Policy WriteOut(Policy policy, IReadOnlyList<ResolvedErasure> erasures) => policy with
    {
        Erase = [.. erasures.Select(erasure => erasure.Concept with
        {
            Eraser = erasure.Eraser,
            Options = erasure.Options is null ? PolicyMapping.Empty : RecordNodes.Of(erasure.Options),
        })],
        Defaults = policy.Defaults with { Options = PolicyMapping.Empty },
    };

    /// <summary>The complaint about an eraser that is not installed.</summary>
    internal static Diagnostic Unknown(string id, IEnumerable<string> installed, SourceLocation location)
    {
        var known = installed.ToList();
        var nearest = KeySuggestion.Nearest(id, known);
        var hint = nearest is not null ? $"did you mean `{nearest}`?"
            : known.Count == 0 ? "no eraser is installed; `lethe plugins list` says why"
            : $"installed erasers are {string.Join(", ", known.Order(StringComparer.Ordinal).Select(name => $"`{name}`"))}";
        return new Diagnostic(DiagnosticId.UnknownEraser, Severity.Error, $"unknown eraser `{id}`", location, hint);
    }
}

using System.Globalization;
using Lethe.Host.Policies;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Benchmarks;

/// <summary>Writes out what a benchmark erases and keeps, lists of the world included.</summary>
internal sealed class BenchmarkConcepts(
    Benchmark benchmark, PolicyDocument document, IReadOnlyDictionary<string, IReadOnlyList<string>> lists, List<Diagnostic> diagnostics)
{
    /// <summary>The concepts in the order of the list, then those that only the file names.</summary>
    public IReadOnlyList<ErasedEntry> Erased()
    {
        var own = benchmark.Erase.Concepts.ToDictionary(entry => entry.Concept, StringComparer.OrdinalIgnoreCase);
        var listed = List(benchmark.Erase.List, "erase.list");
        return [.. listed.Select(name => own.GetValueOrDefault(name) ?? new ErasedEntry { Concept = name }),
            .. benchmark.Erase.Concepts.Where(entry => !listed.Contains(entry.Concept, StringComparer.OrdinalIgnoreCase))];
    }

    /// <summary>The kept sets with the names of their lists in <see cref="KeptSet.Concepts"/>.</summary>
    public IReadOnlyList<KeptSet> Kept() => [.. benchmark.Keep.Select((set, i) => set with
    {
        Concepts = [.. List(set.List, $"keep[{Text(i)}].list").Concat(set.Concepts).Distinct(StringComparer.OrdinalIgnoreCase)],
    })];

    /// <summary>Complains about splits that name what is not erased.</summary>
    public void CheckSplits(IReadOnlyList<ErasedEntry> erased)
    {
        var known = erased.Select(entry => entry.Concept).ToList();
        for (var i = 0; i < benchmark.Erase.Splits.Count; i++)
        {
            var split = benchmark.Erase.Splits[i];
            for (var j = 0; j < split.Concepts.Count; j++)
            {
                if (known.Contains(split.Concepts[j], StringComparer.OrdinalIgnoreCase))
                    continue;
                diagnostics.Refuse(DiagnosticId.PolicyBadValue, $"split `{split.Name}` names `{split.Concepts[j]}`, which is not erased",
                    document.LocationOf($"erase.splits[{Text(i)}].concepts[{Text(j)}]"), Hint(split.Concepts[j], known));
            }
        }
    }

    private IReadOnlyList<string> List(string? name, string path)
    {
        if (name is null)
            return [];
        if (lists.TryGetValue(name, out var list))
            return list;
        diagnostics.Refuse(DiagnosticId.PolicyBadValue, $"the model's world has no list `{name}`", document.LocationOf(path),
            lists.Count == 0 ? "the model has no `world.yaml`; write the `concepts` out" : Hint(name, [.. lists.Keys]));
        return [];
    }

    private static string Hint(string written, IReadOnlyList<string> known) => KeySuggestion.Nearest(written, known) is { } nearest
        ? $"did you mean `{nearest}`?"
        : $"expected one of {string.Join(", ", known.Select(name => $"`{name}`"))}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

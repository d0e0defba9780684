using System.Globalization;
using Lethe.Host.Policies;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Benchmarks;

/// <summary>Rules of a benchmark that need more than one key, or more than a type and a range.</summary>
internal sealed class BenchmarkRules(Benchmark benchmark, PolicyDocument document, List<Diagnostic> diagnostics)
{
    public void Check()
    {
        CheckErase();
        CheckSets();
        CheckTemplates();
        CheckRows();
        CheckColumns();
        for (var i = 0; i < benchmark.Published.Count; i++)
            PublishedValues.Check(benchmark.Published[i], At("published", i), benchmark, diagnostics);
    }

    private void CheckErase()
    {
        var erase = benchmark.Erase;
        if (erase.List is null && erase.Concepts.Count == 0)
            Refuse(DiagnosticId.PolicyMissingKey, "`erase` names nothing to erase", "erase", "name `concepts`, or a `list` of the model's world");
        Unique(erase.Concepts.Select(entry => entry.Concept), "erase.concepts");
        Unique(erase.Splits.Select(split => split.Name), "erase.splits");
        if (erase.Splits.Count > 0 && erase.Mode == EraseMode.Each)
            Refuse(DiagnosticId.PolicyConflict, "`erase.splits` needs `mode: together`", "erase.splits", "remove the splits, or write `mode: together`");
        if (erase.Kind == ConceptKind.Style && benchmark.StyleObjects.Count == 0)
            Refuse(DiagnosticId.PolicyMissingKey, "styles are erased, but `style-objects` names nothing to draw in them", "erase.kind", "name a few objects under `style-objects`");
        // Names of a list are known once the model's world is read; the planner checks splits against them.
        for (var i = 0; erase.List is null && i < erase.Splits.Count; i++)
        {
            for (var j = 0; j < erase.Splits[i].Concepts.Count; j++)
            {
                var name = erase.Splits[i].Concepts[j];
                if (erase.Concepts.Any(entry => Same(entry.Concept, name)))
                    continue;
                var nearest = KeySuggestion.Nearest(name, erase.Concepts.Select(entry => entry.Concept));
                Refuse(DiagnosticId.PolicyBadValue, $"split `{erase.Splits[i].Name}` names `{name}`, which is not among `erase.concepts`",
                    $"{At("erase.splits", i)}.concepts[{Text(j)}]", nearest is null ? null : $"did you mean `{nearest}`?");
            }
        }
    }

    private void CheckSets()
    {
        Unique(benchmark.Keep.Select(set => set.Name), "keep");
        for (var i = 0; i < benchmark.Keep.Count; i++)
        {
            var set = benchmark.Keep[i];
            if (set.List is null && set.Concepts.Count == 0)
                Refuse(DiagnosticId.PolicyMissingKey, $"set `{set.Name}` names nothing to keep", At("keep", i), "name `concepts`, or a `list` of the model's world");
            if (BenchmarkSets.Reserved.Contains(set.Name))
                Refuse(DiagnosticId.PolicyConflict, $"`{set.Name}` is the name of a set that every benchmark has", $"{At("keep", i)}.name", "choose another name");
            if (set.Kind == ConceptKind.Style && benchmark.StyleObjects.Count == 0)
                Refuse(DiagnosticId.PolicyMissingKey, $"set `{set.Name}` keeps styles, but `style-objects` names nothing to draw in them", At("keep", i), "name a few objects under `style-objects`");
        }
    }

    private void CheckTemplates()
    {
        for (var i = 0; i < benchmark.Prompts.Count; i++)
        {
            if (!PromptTemplate.IsValid(benchmark.Prompts[i]))
                Refuse(DiagnosticId.PolicyBadValue, $"`{At("prompts", i)}` has no place for the concept", At("prompts", i), "write `{}` for its name or `{a}` for its name with article");
        }
        for (var i = 0; i < benchmark.StylePrompts.Count; i++)
        {
            if (!StyleTemplate.IsValid(benchmark.StylePrompts[i]))
                Refuse(DiagnosticId.PolicyBadValue, $"`{At("style-prompts", i)}` lacks a place for the style or for the object", At("style-prompts", i), "write `{style}` for the style, and `{}` or `{a}` for the object");
        }
    }

    private void CheckRows()
    {
        Unique(benchmark.Erasers.Select(row => row.Label), "erasers");
        for (var i = 0; i < benchmark.Erasers.Count; i++)
        {
            if (Same(benchmark.Erasers[i].Label, BenchmarkPlan.UneditedRow))
                Refuse(DiagnosticId.PolicyConflict, $"`{benchmark.Erasers[i].Label}` is the name of the unedited model's row", At("erasers", i), "choose another `name`");
        }
    }

    private void CheckColumns()
    {
        Unique(benchmark.Columns, "columns");
        var known = ColumnIds.Of(benchmark).ToList();
        for (var i = 0; i < benchmark.Columns.Count; i++)
            CheckColumn(benchmark.Columns[i], At("columns", i), known);
        if (document.NodeAt("plot") is null)
            return;
        for (var i = 0; i < benchmark.Plot.Count; i++)
        {
            if (!benchmark.Columns.Contains(benchmark.Plot[i]))
                Refuse(DiagnosticId.PolicyBadValue, $"`{At("plot", i)}` is `{benchmark.Plot[i]}`, which is none of the columns", At("plot", i), Nearest(benchmark.Plot[i], benchmark.Columns));
        }
    }

    private void CheckColumn(string column, string path, List<string> known)
    {
        if (!known.Contains(column))
            Refuse(DiagnosticId.PolicyBadValue, $"unknown column `{column}`", path, Nearest(column, known));
        else if (ColumnIds.NeedsSynonyms(column) && benchmark.Erase.Concepts.All(entry => entry.Synonyms.Count == 0))
            Refuse(DiagnosticId.PolicyConflict, $"column `{column}` cannot be measured: no erased concept has synonyms", path, "name some under `erase.concepts`");
    }

    private void Unique(IEnumerable<string> names, string path)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, i) in names.Select((name, i) => (name, i)).Where(item => !seen.Add(item.name)))
            Refuse(DiagnosticId.PolicyConflict, $"`{name}` stands twice in `{path}`", At(path, i), path == "erasers" ? "give each row a `name` of its own" : "keep one of them");
    }

    private void Refuse(string id, string message, string path, string? hint = null) => diagnostics.Refuse(id, message, document.LocationOf(path), hint);

    private static string? Nearest(string written, IEnumerable<string> known) => KeySuggestion.Nearest(written, known) is { } nearest
        ? $"did you mean `{nearest}`?"
        : $"columns are {string.Join(", ", known.Select(id => $"`{id}`"))}";

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private static string At(string path, int index) => $"{path}[{Text(index)}]";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

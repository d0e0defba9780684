using System.Globalization;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Policies;

/// <summary>Rules that need more than one key, or more than a type and a range.</summary>
internal sealed class PolicyRules(Policy policy, PolicyDocument document, List<Diagnostic> diagnostics)
{
    public void Check()
    {
        CheckModel();
        CheckNames();
        var erased = CheckErasedOnce();
        CheckNotErased(policy.Preserve, "preserve", erased);
        CheckNotErased(policy.Evaluation.PreserveConcepts, "evaluation.preserve-concepts", erased);
        for (var i = 0; i < policy.Erase.Count; i++)
        {
            CheckNotErased(policy.Erase[i].Preserve, $"{At(i)}.preserve", erased);
            if (erased.TryGetValue(policy.Erase[i].Surrogate, out var where))
                Conflict($"surrogate `{policy.Erase[i].Surrogate}` is itself erased by `{where}`", $"{At(i)}.surrogate", "name something that stays");
        }

        CheckTemplates(policy.Evaluation.Prompts, "evaluation.prompts");
        CheckTemplates(policy.Evaluation.StylePrompts, "evaluation.style-prompts");
        CheckGates();
    }

    private void CheckModel()
    {
        if (policy.Model.StartsWith(BuiltInModels.Prefix, StringComparison.Ordinal))
        {
            if (BuiltInModels.Names.Contains(policy.Model)) return;
            var nearest = KeySuggestion.Nearest(policy.Model, BuiltInModels.Names);
            diagnostics.Refuse(
                DiagnosticId.UnknownModel, $"unknown model `{policy.Model}`", document.LocationOf("model"),
                nearest is null ? $"built-in models are {string.Join(", ", BuiltInModels.Names.Select(name => $"`{name}`"))}" : $"did you mean `{nearest}`?");
        }
        else if (!Path.Exists(BuiltInModels.Resolve(policy.Model, document.File)))
        {
            diagnostics.Refuse(
                DiagnosticId.UnknownModel, $"model `{policy.Model}` does not exist beside the policy", document.LocationOf("model"),
                $"name a diffusers folder, or `{BuiltInModels.Names[0]}`");
        }
    }

    private void CheckNames()
    {
        for (var i = 0; i < policy.Erase.Count; i++)
        {
            CheckName(policy.Erase[i].Concept, $"{At(i)}.concept");
            CheckList(policy.Erase[i].Synonyms, $"{At(i)}.synonyms");
            CheckList(policy.Erase[i].Preserve, $"{At(i)}.preserve");
        }

        CheckList(policy.Preserve, "preserve");
        CheckList(policy.Evaluation.PreserveConcepts, "evaluation.preserve-concepts");
    }

    private void CheckList(IReadOnlyList<string> names, string path)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < names.Count; i++)
        {
            CheckName(names[i], $"{path}{Index(i)}");
            if (!seen.Add(names[i]))
                diagnostics.Warn(DiagnosticId.PolicyConflict, $"`{names[i]}` stands twice in `{path}`", document.LocationOf($"{path}{Index(i)}"));
        }
    }

    private void CheckName(string name, string path)
    {
        if (name.Length > 0 && name == name.Trim() && !name.Contains('\n', StringComparison.Ordinal)) return;
        diagnostics.Refuse(DiagnosticId.PolicyBadValue, $"`{path}` is `\"{name.Trim()}\"` with spaces around it or nothing in it, expected words", document.LocationOf(path));
    }

    private Dictionary<string, string> CheckErasedOnce()
    {
        var erased = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < policy.Erase.Count; i++)
        {
            Add(policy.Erase[i].Concept, $"{At(i)}.concept");
            for (var j = 0; j < policy.Erase[i].Synonyms.Count; j++) Add(policy.Erase[i].Synonyms[j], $"{At(i)}.synonyms{Index(j)}");
        }

        return erased;

        void Add(string phrase, string path)
        {
            if (!erased.TryAdd(phrase, path)) Conflict($"`{phrase}` is erased twice, first by `{erased[phrase]}`", path, "keep one of them");
        }
    }

    private void CheckNotErased(IReadOnlyList<string> preserved, string path, Dictionary<string, string> erased)
    {
        for (var i = 0; i < preserved.Count; i++)
        {
            if (erased.TryGetValue(preserved[i], out var where))
                Conflict($"`{preserved[i]}` is preserved here and erased by `{where}`", $"{path}{Index(i)}", "remove it from one of the two");
        }
    }

    private void CheckTemplates(IReadOnlyList<string> templates, string path)
    {
        for (var i = 0; i < templates.Count; i++)
        {
            if (!PromptTemplate.IsValid(templates[i]))
                diagnostics.Refuse(DiagnosticId.PolicyBadValue, $"`{path}{Index(i)}` has no place for the concept", document.LocationOf($"{path}{Index(i)}"), "write `{}` for its name or `{a}` for its name with article");
        }
    }

    private void CheckGates()
    {
        var gates = policy.Gates;
        var preserves = policy.Preserve.Count + policy.Evaluation.PreserveConcepts.Count + policy.Erase.Sum(concept => concept.Preserve.Count) > 0;
        var synonyms = policy.Erase.Any(concept => concept.Synonyms.Count > 0);
        Needs(gates.AccSMin, "acc-s-min", preserves, "preserved concept");
        Needs(gates.AccSDropMax, "acc-s-drop-max", preserves, "preserved concept");
        Needs(gates.PixelDifferenceMax, "pixel-difference-max", preserves, "preserved concept");
        Needs(gates.HOMin, "h-o-min", preserves, "preserved concept");
        Needs(gates.HOMin, "h-o-min", synonyms, "synonym");
        Needs(gates.AccGMax, "acc-g-max", synonyms, "synonym");

        void Needs(double? gate, string key, bool holds, string what)
        {
            if (gate is not null && !holds) Conflict($"gate `{key}` cannot be measured: the policy names no {what}", $"gates.{key}", $"name a {what}, or remove the gate");
        }
    }

    private void Conflict(string message, string path, string hint) =>
        diagnostics.Refuse(DiagnosticId.PolicyConflict, message, document.LocationOf(path), hint);

    private static string At(int index) => $"erase{Index(index)}";

    private static string Index(int index) => string.Create(CultureInfo.InvariantCulture, $"[{index}]");
}

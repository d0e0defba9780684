using Lethe.Sdk.Anchors;

namespace Lethe.Plugins.Baselines;

/// <summary>A prompt that UCE erases and the prompt it becomes. Subjects are the prompts cut off after the phrase.</summary>
internal sealed record UcePair(string Prompt, string Subject, string Guide, string GuideSubject);

/// <summary>Decides which prompts UCE erases and keeps; no tensors here.</summary>
internal static class UcePrompts
{
    private static readonly string[] ArtExpansions = ["painting by {}", "art by {}", "artwork by {}", "picture by {}", "style of {}"];
    private static readonly string[] ObjectExpansions = ["image of {}", "photo of {}", "portrait of {}", "picture of {}", "painting of {}"];

    public static IReadOnlyList<UcePair> Erased(IReadOnlyList<Concept> concepts, UceOptions options) =>
        [.. concepts.SelectMany(concept => concept.Phrases.SelectMany(phrase => Pairs(concept, Clean(phrase), options))).Distinct()];

    public static IReadOnlyList<string> Kept(IReadOnlyList<Concept> concepts, PreserveSet preserve, UceOptions options)
    {
        var erased = concepts.SelectMany(concept => concept.Phrases).Select(Clean).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var asked = options.PreserveNeighbours ? preserve.Prompts.Concat(concepts.SelectMany(concept => concept.Neighbours)) : preserve.Prompts;
        // The first release keeps the empty prompt whatever else is asked for.
        var always = options.Release == UceRelease.First ? new[] { "" } : [];
        return [.. always.Concat(asked.Select(Clean)).Where(prompt => !erased.Contains(prompt)).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    private static IEnumerable<UcePair> Pairs(Concept concept, string phrase, UceOptions options)
    {
        var guide = Clean(concept.Surrogate.Length == 0 && concept.Kind == ConceptKind.Style ? "art" : concept.Surrogate);
        foreach (var template in options.Templates)
            yield return new UcePair(Whole(template, phrase), Cut(template, phrase), Whole(template, guide), Cut(template, guide));

        if (!options.ExpandPrompts)
            yield break;
        // The authors expand the concept only; its guide stays bare.
        foreach (var template in concept.Kind == ConceptKind.Style ? ArtExpansions : ObjectExpansions)
            yield return new UcePair(Whole(template, phrase), Cut(template, phrase), guide, guide);
    }

    private static string Whole(string template, string phrase) => Clean(template.Replace("{}", phrase, StringComparison.Ordinal));

    private static string Cut(string template, string phrase) =>
        Clean(template[..template.IndexOf("{}", StringComparison.Ordinal)] + phrase);

    // A trailing comma or period would be the last subject token.
    private static string Clean(string prompt) => prompt.Trim().TrimEnd('.', ',', ';', ':', '!', '?').TrimEnd();
}

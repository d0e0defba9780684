using Lethe.Sdk.Anchors;

namespace Lethe.Plugins.Cpe;

/// <summary>The prompts of one concept's training; no tensors here.</summary>
/// <param name="Pairs">The concept in each sentence, and the surrogate in the same.</param>
/// <param name="Anchors">Prompts that must stay.</param>
internal sealed record ConceptTexts(IReadOnlyList<(string Target, string Surrogate)> Pairs, IReadOnlyList<string> Anchors)
{
    /// <summary>Each of the concept's phrases in each template and alone, with the surrogate in its place.</summary>
    public static IReadOnlyList<(string Target, string Surrogate)> PairsOf(Concept concept, string surrogate, CpeSettings settings) =>
        [.. concept.Phrases.SelectMany(phrase => settings.Templates.Append(TextTemplate.Bare)
            .Select(template => (TextTemplate.Fill(template, phrase), TextTemplate.Fill(template, surrogate)))).Distinct()];

    /// <summary>What the concept becomes: the policy's word, the preset's, or the nearest name that the run does not erase as well.</summary>
    /// <param name="concept">The concept.</param>
    /// <param name="settings">The preset.</param>
    /// <param name="nearest">Names of the pool, nearest first.</param>
    /// <param name="erased">Every concept of the run.</param>
    /// <exception cref="InvalidOperationException">Nothing of the pool is left.</exception>
    public static string SurrogateOf(Concept concept, CpeSettings settings, IEnumerable<string> nearest, IEnumerable<Concept> erased)
    {
        if (concept.Surrogate.Length > 0)
            return concept.Surrogate;
        var gone = erased.SelectMany(other => other.Phrases).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return settings.Surrogate ?? nearest.FirstOrDefault(name => !gone.Contains(name)) ?? throw new InvalidOperationException(
            $"`{concept.Name}` has no surrogate and the anchor pool no name for one\n\nhint: name one in the policy, `surrogate:`");
    }

    /// <summary>
    /// Names of the pool that may be anchors. Deviation: the authors drop every name that contains the target's letters, which makes
    /// "soldier" no anchor of "die"; here whole words count, and duplicates are dropped.
    /// </summary>
    public static IReadOnlyList<string> Candidates(Concept concept, CpeSettings settings)
    {
        var own = concept.Phrases.Select(phrase => $" {phrase.ToLowerInvariant()} ").ToList();
        return [.. settings.Pool.Distinct(StringComparer.OrdinalIgnoreCase)
            .Where(name => !own.Exists(phrase => $" {name.ToLowerInvariant()} ".Contains(phrase, StringComparison.Ordinal)))];
    }

    /// <summary>What must stay: the preset's words, the nearest of the pool, the policy's neighbours and preserved prompts.</summary>
    public static IReadOnlyList<string> Words(Concept concept, CpeSettings settings, IEnumerable<string> nearest, PreserveSet preserve)
    {
        var own = concept.Phrases.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. settings.Words.Concat(nearest).Concat(concept.Neighbours).Concat(preserve.Prompts)
            .Where(word => word.Length > 0 && !own.Contains(word)).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Sentences for each word besides the word alone, so that all words stay within the run's number of anchor prompts.</summary>
    public static int SentencesFor(int words, CpeSettings settings) => Math.Max(0, settings.AnchorPrompts / Math.Max(1, words) - 1);

    /// <summary>
    /// Words in sentences. Deviation: the authors take every word in every template, 15 150 prompts of a celebrity; here each word comes
    /// alone and in <paramref name="sentences"/> templates drawn by the word, so that concepts which share a word share its prompts.
    /// </summary>
    public static IReadOnlyList<string> Expand(IReadOnlyList<string> words, CpeSettings settings, int sentences)
    {
        if (settings.WordsAreSentences)
            return words;
        return [.. words.SelectMany(word => Drawn(word).Prepend(TextTemplate.Bare).Select(template => TextTemplate.Fill(template, word))).Distinct()];

        IEnumerable<string> Drawn(string word) => settings.Templates
            .Select((template, i) => (template, order: Hash($"{i} {word}"))).OrderBy(pair => pair.order).Take(sentences).Select(pair => pair.template);
    }

    // FNV-1a, because .NET's own hashes differ from process to process.
    private static ulong Hash(string text) => text.Aggregate(14695981039346656037UL, (hash, letter) => unchecked((hash ^ letter) * 1099511628211UL));
}

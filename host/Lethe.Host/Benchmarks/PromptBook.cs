using Lethe.Evaluation.Metrics;
using Lethe.Host.Policies;
using Lethe.Host.Runs;
using Lethe.Sdk.Anchors;

namespace Lethe.Host.Benchmarks;

/// <summary>
/// The prompts of all targets. A prompt has the same seeds wherever it occurs, so that the unedited model draws it once and each
/// edited model draws the same noise.
/// </summary>
internal sealed class PromptBook(Benchmark benchmark, IReadOnlyList<ErasedEntry> erase, IReadOnlyList<KeptSet> keep)
{
    private readonly Dictionary<string, PlannedPrompt> _known = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, string> _folders =
        Slug.ForAll(erase.Select(entry => entry.Concept).Concat(keep.SelectMany(set => set.Concepts)));

    private long _nextSeed = benchmark.Seed;

    /// <summary>The target that erases these concepts.</summary>
    public BenchmarkTarget Target(string name, IReadOnlyList<ErasedEntry> erased)
    {
        var gone = erased.Select(entry => entry.Concept).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var kind = benchmark.Erase.Kind;
        // A concept can be in several sets; the first one measures it.
        var rest = erase.Where(entry => !gone.Contains(entry.Concept)).Select(entry => entry.Concept).ToList();
        var listed = keep.SelectMany(set => set.Concepts).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var sets = keep.Select(set => set with { Concepts = [.. set.Concepts.Where(concept => !gone.Contains(concept))] })
            .Prepend(new KeptSet { Name = BenchmarkSets.Rest, Kind = kind, Concepts = [.. rest.Where(concept => !listed.Contains(concept))] })
            .ToList();
        var prompts = erased.SelectMany(entry => Prompts(BenchmarkSets.Erased, PictureRole.Erased, kind, entry.Concept, entry.Concept))
            .Concat(erased.SelectMany(entry => entry.Synonyms.SelectMany(word => Prompts(BenchmarkSets.Synonyms, PictureRole.Synonym, kind, entry.Concept, word))))
            .Concat(sets.SelectMany(set => set.Concepts.SelectMany(concept => Prompts(set.Name, PictureRole.Preserved, set.Kind, concept, concept))))
            .DistinctBy(prompt => prompt.Prompt.Prompt)
            .ToList();
        return new BenchmarkTarget
        {
            Name = name,
            Erase = [.. erased.Select(entry => new PlannedErasure
            {
                Concept = entry.Concept,
                Kind = KindName(kind),
                Synonyms = benchmark.Erase.TellSynonyms ? entry.Synonyms : [],
                Surrogate = entry.Surrogate,
            })],
            Preserve = [.. rest.Concat(sets.Where(set => set.Told).SelectMany(set => set.Concepts)).Distinct(StringComparer.OrdinalIgnoreCase)],
            Prompts = prompts,
        };
    }

    private IEnumerable<BenchmarkPrompt> Prompts(string set, PictureRole role, ConceptKind kind, string concept, string word)
    {
        var texts = kind == ConceptKind.Style
            ? benchmark.StylePrompts.SelectMany(template => benchmark.StyleObjects.Select(item => StyleTemplate.Fill(template, item, word)))
            : benchmark.Prompts.Select(template => PromptTemplate.Fill(template, word));
        return texts.Select(text => new BenchmarkPrompt(set, Known(text, kind, concept) with { Role = role }));
    }

    private PlannedPrompt Known(string text, ConceptKind kind, string concept)
    {
        if (_known.TryGetValue(text, out var known))
            return known;
        var prompt = new PlannedPrompt
        {
            Concept = concept,
            Kind = KindName(kind),
            Role = PictureRole.Preserved,
            Prompt = text,
            Folder = _folders[concept],
            Seeds = [.. Enumerable.Range(0, benchmark.PicturesPerPrompt).Select(i => _nextSeed + i)],
        };
        // No two pictures share a seed, so that files are told apart by it.
        _nextSeed += benchmark.PicturesPerPrompt;
        _known.Add(text, prompt);
        return prompt;
    }

    private static string KindName(ConceptKind kind) => kind == ConceptKind.Style ? "style" : "object";
}

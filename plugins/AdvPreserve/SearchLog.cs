using System.Globalization;

namespace Lethe.Plugins.AdvPreserve;

/// <summary>Which adversarial concept every step had.</summary>
internal sealed class SearchLog : IDisposable
{
    private const int Shown = 12;

    /// <param name="steps">Steps in all.</param>
    public SearchLog(int steps) => State = torch.full([steps, 2], -1, ScalarType.Int64).DetachFromDisposeScope();

    /// <summary><c>[steps, 2]</c>, int64: concept and word of each step, -1 before it was taken.</summary>
    public Tensor State { get; }

    public void Note(int step, int concept, int word)
    {
        using var scope = torch.NewDisposeScope();
        State.select(0, step).copy_(torch.tensor(new long[] { concept, word }));
    }

    /// <summary>The word of every step, in order, separated by commas.</summary>
    public string Words(IReadOnlyList<CandidateSet> candidates) => string.Join(", ", Steps().Select(step => candidates[step.Concept].Words[step.Word]));

    /// <summary>What the report says: which words were protected how often, and which suffer most by the search's own account.</summary>
    /// <param name="names">Of the erased concepts.</param>
    /// <param name="candidates">Of each concept.</param>
    /// <param name="logits">Of each concept, <c>[n]</c>.</param>
    /// <param name="cycle">Every so many steps is a weight step, the first one included.</param>
    public string Report(IReadOnlyList<string> names, IReadOnlyList<CandidateSet> candidates, Func<int, Tensor> logits, int cycle)
    {
        var kept = Steps().Where((_, step) => step % cycle == 0).ToLookup(step => step.Concept, step => Named(candidates[step.Concept].Words[step.Word]));
        return "Adversarial preservation. " + string.Join(" ", names.Select((name, i) =>
        {
            var counts = kept[i].GroupBy(word => word).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).ToList();
            var most = string.Join(", ", counts.Take(Shown).Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Key} ({group.Count()})")));
            return string.Create(CultureInfo.InvariantCulture,
                $"While \"{name}\" was erased, {counts.Count} of {candidates[i].Words.Count} candidate words were protected, most often: {most}. ")
                + $"Found most at risk: {string.Join(", ", MostLikely(candidates[i], logits(i)))}.";
        }));
    }

    /// <inheritdoc/>
    public void Dispose() => State.Dispose();

    private static IEnumerable<string> MostLikely(CandidateSet set, Tensor logits)
    {
        using var scope = torch.NewDisposeScope();
        var values = logits.detach().cpu().data<float>().ToArray();
        return [.. set.Words.Zip(values).OrderByDescending(pair => pair.Second).ThenBy(pair => pair.First, StringComparer.Ordinal).Take(Shown).Select(pair => Named(pair.First))];
    }

    private static string Named(string word) => word.Length == 0 ? "the empty prompt" : word;

    private IEnumerable<(int Concept, int Word)> Steps()
    {
        var numbers = State.data<long>().ToArray();
        for (var i = 0; i < numbers.Length && numbers[i] >= 0; i += 2)
            yield return ((int)numbers[i], (int)numbers[i + 1]);
    }
}

namespace Lethe.Plugins.AdvPreserve;

/// <summary>Chooses the words among which the search looks; no tensors here.</summary>
internal static class CandidateWords
{
    /// <summary>The candidates for one concept.</summary>
    /// <param name="words">The vocabulary.</param>
    /// <param name="nearness">How near each word is to the concept; larger is nearer.</param>
    /// <param name="excluded">Words that are never candidates.</param>
    /// <param name="options">Selection, number, pool.</param>
    public static IReadOnlyList<string> Choose(
        IReadOnlyList<string> words, IReadOnlyList<double> nearness, IReadOnlySet<string> excluded, AdvPreserveOptions options)
    {
        // Ties go by the word itself, so that the order of the vocabulary does not matter.
        var ranked = words.Zip(nearness).Where(pair => !excluded.Contains(pair.First))
            .OrderByDescending(pair => pair.Second).ThenBy(pair => pair.First, StringComparer.Ordinal);
        if (options.Selection == CandidateSelection.Nearest)
            return [.. ranked.Take(options.Candidates).Select(pair => pair.First)];

        var pool = ranked.Where(pair => pair.First.ToLowerInvariant().All(IsPlain)).Take(options.Pool).ToList();
        if (pool.Count <= options.Candidates)
            return [.. pool.Select(pair => pair.First)];
        // Several centres may share their nearest word.
        return [.. ScalarClusters.Centres([.. pool.Select(pair => pair.Second)], options.Candidates)
            .Select(centre => pool.MinBy(pair => Math.Abs(pair.Second - centre)).First).Distinct()];
    }

    // Deviation: the authors drop phrases too; a user's list may consist of them.
    private static bool IsPlain(char letter) => char.IsAsciiLetterLower(letter) || letter is '<' or '/' or '>' or ' ';
}

namespace Lethe.Diffusion.Text;

/// <summary>Byte-pair merging of one word.</summary>
internal static class BpeMerge
{
    /// <summary>Joins, left to right, every place where <paramref name="left"/> stands before <paramref name="right"/>.</summary>
    public static void Apply(List<string> symbols, string left, string right)
    {
        var kept = 0;
        for (var i = 0; i < symbols.Count; i++)
        {
            var joins = i + 1 < symbols.Count && symbols[i] == left && symbols[i + 1] == right;
            symbols[kept++] = joins ? left + right : symbols[i];
            if (joins) i++;
        }
        symbols.RemoveRange(kept, symbols.Count - kept);
    }

    /// <summary>Applies the best-ranked merge until none applies.</summary>
    public static void ApplyAll(List<string> symbols, IReadOnlyDictionary<(string Left, string Right), int> ranks)
    {
        while (symbols.Count > 1)
        {
            var best = int.MaxValue;
            var at = -1;
            for (var i = 0; i + 1 < symbols.Count; i++)
                if (ranks.TryGetValue((symbols[i], symbols[i + 1]), out var rank) && rank < best) (best, at) = (rank, i);
            if (at < 0) return;
            Apply(symbols, symbols[at], symbols[at + 1]);
        }
    }
}

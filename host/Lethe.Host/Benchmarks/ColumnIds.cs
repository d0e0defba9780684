namespace Lethe.Host.Benchmarks;

/// <summary>The ids that `columns` may name.</summary>
internal static class ColumnIds
{
    /// <summary>Figures of a whole cell.</summary>
    public static IReadOnlyList<string> Whole { get; } =
    [
        "acc_e", "acc_s", "acc_g", "acc_s_drop", "h_o", "h_c", "esr_1", "esr_5", "psr_1", "psr_5", "ua", "ira", "cra",
        "clip_score_e", "clip_score_s", "pixel_difference", "feature_distance_e", "feature_distance_s", "delta",
    ];

    /// <summary>Figures of one set of prompts, written behind the set's name and a dot.</summary>
    public static IReadOnlyList<string> OfSet { get; } = ["acc", "clip_score", "kid", "fid", "pixel_difference", "feature_distance"];

    // They compare with the unedited model, whose own row has nothing to say about them.
    private static readonly string[] Comparisons =
        ["acc_s_drop", "pixel_difference", "feature_distance_e", "feature_distance_s", "feature_distance", "delta", "kid", "fid"];

    /// <summary>Every id that is valid in a benchmark.</summary>
    public static IEnumerable<string> Of(Benchmark benchmark) => Whole.Concat(
        BenchmarkSets.Reserved.Concat(benchmark.Keep.Select(set => set.Name)).SelectMany(set => OfSet.Select(figure => $"{set}.{figure}")));

    /// <summary>Whether a column measures generality.</summary>
    public static bool NeedsSynonyms(string column) => column is "acc_g" or "h_o" || SetOf(column).Set == BenchmarkSets.Synonyms;

    /// <summary>Whether a column compares an edited model with the unedited one.</summary>
    public static bool IsComparison(string column) => Comparisons.Contains(SetOf(column).Figure);

    /// <summary>Set and figure of a column; the set is null for figures of a whole cell.</summary>
    public static (string? Set, string Figure) SetOf(string column) =>
        column.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot ? (column[..dot], column[(dot + 1)..]) : (null, column);
}

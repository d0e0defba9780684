namespace Lethe.Host.Benchmarks;

/// <summary>Sets of prompts that every benchmark has, besides those that its file keeps.</summary>
internal static class BenchmarkSets
{
    /// <summary>Prompts that name what is erased.</summary>
    public const string Erased = "erased";

    /// <summary>Prompts that name synonyms of it.</summary>
    public const string Synonyms = "synonyms";

    /// <summary>Prompts that name concepts of the erase list that are not being erased.</summary>
    public const string Rest = "rest";

    public static IReadOnlyList<string> Reserved { get; } = [Erased, Synonyms, Rest];
}

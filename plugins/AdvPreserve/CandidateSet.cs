namespace Lethe.Plugins.AdvPreserve;

/// <summary>The words that may be protected while a concept is erased, with their embeddings.</summary>
/// <param name="Words">At least one, no duplicates.</param>
/// <param name="Rows"><c>R [n, L D]</c>: the text states of each bare word, flattened.</param>
internal sealed record CandidateSet(IReadOnlyList<string> Words, Tensor Rows);

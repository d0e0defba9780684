using Lethe.Sdk.Diffusion;

namespace Lethe.Sdk.Anchors;

/// <summary>
/// How near the words of a vocabulary are to concepts. Each word is encoded once and forgotten, so that a vocabulary of any size takes no
/// memory to speak of.
/// </summary>
public static class VocabularySearch
{
    private const int WordsAtOnce = 32;

    /// <summary>Nearness of every word to every concept.</summary>
    /// <param name="encoder">The model's text encoder.</param>
    /// <param name="concepts"><c>[n, L, D]</c>: text states to compare with; not disposed.</param>
    /// <param name="words">The vocabulary, bare words or phrases.</param>
    /// <param name="similarity">How nearness is measured; larger is nearer.</param>
    /// <param name="cancel">Heard between batches.</param>
    /// <returns>One row for each concept, one value for each word.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static double[][] Nearness(
        ITextEncoder encoder, Tensor concepts, IReadOnlyList<string> words, Similarity similarity, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(concepts);
        ArgumentNullException.ThrowIfNull(words);
        using var still = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var targets = concepts.flatten(1);
        var rows = new double[targets.shape[0]][];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = new double[words.Count];
        for (var start = 0; start < words.Count; start += WordsAtOnce)
        {
            cancel.ThrowIfCancellationRequested();
            using var batch = torch.NewDisposeScope();
            var states = encoder.Encode([.. words.Skip(start).Take(WordsAtOnce)]).flatten(1);
            for (var i = 0; i < rows.Length; i++)
            {
                var target = targets.narrow(0, i, 1);
                var near = similarity == Similarity.Cosine
                    ? states.mv(target[0]) / (states.norm(1) * target.norm()).clamp(min: 1e-12)
                    : -(states - target).norm(1);
                near.to(ScalarType.Float64).cpu().data<double>().CopyTo(rows[i].AsSpan(start));
            }
        }

        return rows;
    }
}

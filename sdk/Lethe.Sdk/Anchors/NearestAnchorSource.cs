using Lethe.Sdk.Diffusion;

namespace Lethe.Sdk.Anchors;

/// <summary>
/// The phrases of a vocabulary that the text encoder puts nearest to the concept: cosine of the states at the last subject token.
/// </summary>
/// <param name="vocabulary">Candidate phrases; ties keep their order.</param>
public sealed class NearestAnchorSource(IReadOnlyList<string> vocabulary) : IAnchorSource
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Find(Concept concept, IDiffusionModel model, int count)
    {
        ArgumentNullException.ThrowIfNull(concept);
        ArgumentNullException.ThrowIfNull(model);
        var own = concept.Phrases.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var target = SubjectState(model.TextEncoder, concept.Name);
        return [.. vocabulary
            .Where(phrase => !own.Contains(phrase))
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(phrase => (phrase, cosine: Cosine(target, SubjectState(model.TextEncoder, phrase))))
            .OrderByDescending(pair => pair.cosine)
            .Take(count)
            .Select(pair => pair.phrase)];
    }

    private static float[] SubjectState(ITextEncoder encoder, string phrase)
    {
        using var scope = torch.NewDisposeScope();
        var states = encoder.Encode([phrase]);
        return states[0, encoder.LastSubjectToken(phrase)].cpu().contiguous().data<float>().ToArray();
    }

    private static double Cosine(float[] a, float[] b)
    {
        double dot = 0, aa = 0, bb = 0;
        for (var i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            aa += (double)a[i] * a[i];
            bb += (double)b[i] * b[i];
        }

        return aa == 0 || bb == 0 ? 0 : dot / Math.Sqrt(aa * bb);
    }
}

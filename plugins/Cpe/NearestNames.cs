namespace Lethe.Plugins.Cpe;

/// <summary>The authors' choice of anchors: cosine of the whole prompts' text states, all tokens side by side.</summary>
internal static class NearestNames
{
    /// <summary>The <paramref name="count"/> names nearest to <paramref name="target"/>, best first; ties keep their order.</summary>
    /// <param name="target">The concept.</param>
    /// <param name="names">Candidates.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="states">Encodes them.</param>
    /// <param name="cancel">Heard between batches.</param>
    public static IReadOnlyList<string> Of(string target, IReadOnlyList<string> names, int count, TextStates states, CancellationToken cancel)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var own = Direction(states.Of([target], cancel)[0]);
        return [.. names.Zip(states.Of(names, cancel), (name, state) => (name, cosine: Cosine(own, state)))
            .OrderByDescending(pair => pair.cosine).Take(count).Select(pair => pair.name)];
    }

    private static Tensor Direction(Tensor state)
    {
        var flat = state.to(ScalarType.Float32).flatten();
        return flat / flat.norm();
    }

    private static float Cosine(Tensor own, Tensor state)
    {
        using var scope = torch.NewDisposeScope();
        return own.dot(Direction(state)).item<float>();
    }
}

namespace Lethe.Evaluation.Metrics;

/// <summary>Says in a figure's definition which CLIP was asked: scores of two networks are never compared.</summary>
public static class ClipProfile
{
    /// <summary>The profile of figures over these scores, for example <c>logit100-builtin</c> or <c>logit100-judge-clip</c>.</summary>
    /// <param name="scale">How the cosine is scaled, for example <c>logit100</c>.</param>
    /// <param name="scores">What the figure is about.</param>
    public static string Of(string scale, IEnumerable<PictureScore> scores) => $"{scale}-{Network(scores) ?? "builtin"}";

    /// <summary>The network in words.</summary>
    public static string Words(IEnumerable<PictureScore> scores) => Network(scores) is { } network ? $"the CLIP `{network}`" : "the built-in CLIP";

    /// <summary>The network that gave all scores, <c>mixed</c> for several, null for the generator's own.</summary>
    public static string? Network(IEnumerable<PictureScore> scores)
    {
        var networks = scores.SelectMany(score => new[] { score.Before, score.After })
            .Where(seen => seen?.ClipScore is not null).Select(seen => seen!.ClipNetwork).Distinct().ToList();
        return networks.Count > 1 ? "mixed" : networks.FirstOrDefault();
    }
}

namespace Lethe.Sdk.Evaluation;

/// <summary>What a judge saw in one picture.</summary>
public sealed class Judgement
{
    /// <summary>The most likely object, one of the judge's; null when it recognises none.</summary>
    public string? Object { get; init; }

    /// <summary>Confidence in <see cref="Object"/>, in <c>[0, 1]</c>.</summary>
    public double ObjectConfidence { get; init; }

    /// <summary>The most likely style, one of the judge's; null when it recognises none.</summary>
    public string? Style { get; init; }

    /// <summary>Confidence in <see cref="Style"/>, in <c>[0, 1]</c>.</summary>
    public double StyleConfidence { get; init; }
}

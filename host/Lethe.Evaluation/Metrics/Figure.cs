namespace Lethe.Evaluation.Metrics;

/// <summary>One measured number together with what is needed to read it and to compute it again.</summary>
public sealed record Figure
{
    /// <summary>Stable id, for example <c>acc_e</c>; gates name figures by it.</summary>
    public required string Id { get; init; }

    /// <summary>Variant of the definition, for example <c>judge-top1</c>; figures of different profiles are not comparable.</summary>
    public required string Profile { get; init; }

    /// <summary>Counts up when a definition changes; figures of different versions are not comparable.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Id, profile and version in one: what must be equal for two figures to be compared.</summary>
    public string DefinitionId => $"{Id}/{Profile}/{Version}";

    /// <summary>The concept or run that the figure is about; null when it is about all of them.</summary>
    public string? Subject { get; init; }

    /// <summary>The definition in one sentence.</summary>
    public required string Definition { get; init; }

    /// <summary>The value, or null when nothing could be measured.</summary>
    public required double? Value { get; init; }

    /// <summary><c>fraction</c>, <c>x100</c> or <c>raw</c>.</summary>
    public string Unit { get; init; } = "fraction";

    /// <summary>Pictures (or pairs of pictures) in the denominator.</summary>
    public required int N { get; init; }

    /// <summary>What <see cref="N"/> counts.</summary>
    public string? Denominator { get; init; }

    /// <summary>Pictures of the same role that have no value (not judged, or not asked for it) and are not in <see cref="N"/>.</summary>
    public int Skipped { get; init; }

    /// <summary>Pictures in the reference set, for distances between sets.</summary>
    public int? ReferenceN { get; init; }

    /// <summary>Population standard deviation of what was averaged; null where nothing was.</summary>
    public double? StandardDeviation { get; init; }

    /// <summary>Lower end of the 95 % interval.</summary>
    public double? Low { get; init; }

    /// <summary>Upper end of the 95 % interval.</summary>
    public double? High { get; init; }

    /// <summary>
    /// How the interval was made: <c>wilson</c>, <c>bootstrap-prompts</c> (percentiles), <c>bootstrap-normal</c> or
    /// <c>subsets-normal</c> (about two standard errors to either side).
    /// </summary>
    public string? IntervalMethod { get; init; }

    /// <summary><c>lower</c> or <c>higher</c>: the direction that is better in the role the figure plays.</summary>
    public required string Better { get; init; }
}

namespace Lethe.Sdk.Evaluation;

/// <summary>One figure measured on pictures.</summary>
public interface IMetric
{
    /// <summary>Stable id with underscores, e.g. <c>clip_score</c>; gates name it.</summary>
    string Id { get; }

    /// <summary>One sentence that defines the figure, its unit and its range; printed in reports.</summary>
    string Definition { get; }

    /// <summary>Measures.</summary>
    /// <param name="input">Pictures and prompts; not disposed.</param>
    /// <returns>The figure, or null when the input lacks what the metric needs.</returns>
    double? Measure(MetricInput input);
}

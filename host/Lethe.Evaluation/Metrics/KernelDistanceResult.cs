namespace Lethe.Evaluation.Metrics;

/// <summary>A kernel distance over subsets.</summary>
/// <param name="Value">Mean over the subsets, not multiplied by anything.</param>
/// <param name="StandardDeviation">Population deviation over the subsets.</param>
/// <param name="Subsets">How many subsets.</param>
/// <param name="SubsetSize">Pictures of either set in a subset.</param>
public sealed record KernelDistanceResult(double Value, double StandardDeviation, int Subsets, int SubsetSize);

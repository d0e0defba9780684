namespace Lethe.Evaluation.Metrics;

/// <summary>Sum and number of the values of one prompt.</summary>
internal readonly record struct GroupSum(double Sum, int Count);

using Lethe.Evaluation.Metrics;

namespace Lethe.Host.Benchmarks.Tables;

/// <summary>One number of the table.</summary>
public sealed record TableValue
{
    /// <summary>The column.</summary>
    public required string Column { get; init; }

    /// <summary>The value in the column's unit; fractions are in [0, 1].</summary>
    public required double Value { get; init; }

    /// <summary>Lower end of the 95 % interval.</summary>
    public double? Low { get; init; }

    /// <summary>Upper end of the 95 % interval.</summary>
    public double? High { get; init; }

    /// <summary>How the interval was made.</summary>
    public string? IntervalMethod { get; init; }

    /// <summary>Population standard deviation of what was averaged.</summary>
    public double? StandardDeviation { get; init; }

    /// <summary>Pictures in the denominator; absent for published values.</summary>
    public int? N { get; init; }

    /// <summary>Id, profile and version of the definition; absent for published values.</summary>
    public string? DefinitionId { get; init; }

    /// <summary>A measured value; null when nothing was measured.</summary>
    public static TableValue? Of(string column, Figure? figure) => figure is not { Value: { } value } ? null : new TableValue
    {
        Column = column,
        Value = value,
        Low = figure.Low,
        High = figure.High,
        IntervalMethod = figure.IntervalMethod,
        StandardDeviation = figure.StandardDeviation,
        N = figure.N,
        DefinitionId = figure.DefinitionId,
    };
}

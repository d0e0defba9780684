using Lethe.Evaluation.Metrics;
using Lethe.Host.Reports;

namespace Lethe.Host.Runs;

/// <summary>A gate after measuring.</summary>
public sealed record GateResult
{
    /// <summary>Id of the figure.</summary>
    public required string Figure { get; init; }

    /// <summary>Lowest value allowed.</summary>
    public double? Min { get; init; }

    /// <summary>Highest value allowed.</summary>
    public double? Max { get; init; }

    /// <summary>The measured value; null when it could not be measured, and then the gate does not hold.</summary>
    public required double? Value { get; init; }

    /// <summary>The unedited model's value; absent where the figure compares the two models itself.</summary>
    public double? Before { get; init; }

    /// <summary>Pictures behind the value.</summary>
    public required int N { get; init; }

    /// <summary>Whether the gate holds.</summary>
    public required bool Held { get; init; }

    /// <summary>Compares every gate with its figure; the first figure of an id (its main profile) decides.</summary>
    public static IReadOnlyList<GateResult> Judge(IEnumerable<PlannedGate> gates, IReadOnlyList<Figure> figures) => [.. gates.Select(gate =>
    {
        var figure = figures.FirstOrDefault(candidate => candidate.Id == gate.Figure);
        var value = figure?.Value;
        return new GateResult
        {
            Figure = gate.Figure,
            Min = gate.Min,
            Max = gate.Max,
            Value = value,
            Before = figure is null ? null : FigurePair.BeforeOf(figure, figures)?.Value,
            N = figure?.N ?? 0,
            Held = value is { } measured && !(measured < gate.Min) && !(measured > gate.Max),
        };
    })];
}

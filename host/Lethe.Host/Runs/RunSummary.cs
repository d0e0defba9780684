using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Host.Reports;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Runs;

/// <summary>What a finished run says at the terminal and in JSON.</summary>
public static class RunSummary
{
    private static readonly string[] Headline = ["acc_e", "acc_g", "acc_s", "h_o", "pixel_difference"];

    /// <summary>A few lines for people.</summary>
    public static IEnumerable<string> Lines(RunResult result)
    {
        yield return $"{"figure",-18}{"before",8}  {"after",8}   95 % interval (after)";
        foreach (var pair in FigurePair.Of(result.Report.Figures).Where(pair => Headline.Contains(pair.After.Id)).DistinctBy(pair => pair.After.Id).Where(pair => pair.After.Value is not null))
        {
            var (before, after) = (pair.Before?.Value, pair.After);
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{after.Id,-18}{Percent(before),8}  {Percent(after.Value),8}   {100 * after.Low,5:0.0} to {100 * after.High,5:0.0} %   n = {after.N}");
        }
        foreach (var gate in result.Report.Gates)
            yield return $"gate {gate.Figure}: {(gate.Held ? "held" : "missed")}";
        yield return $"report: {Path.Combine(result.Folder, "report.html")}";
    }

    /// <summary>One warning per plugin that ran without a lock file's agreement, one error per missed gate.</summary>
    public static IReadOnlyList<Diagnostic> Diagnostics(RunResult result) => [.. Untrusted(result), .. Missed(result)];

    /// <summary>The document under <c>--json</c>.</summary>
    public static JsonObject Json(RunResult result)
    {
        var report = (JsonObject)JsonSerializer.SerializeToNode(result.Report, RunJson.Document)!;
        report["folder"] = result.Folder;
        return report;
    }

    private static IEnumerable<Diagnostic> Untrusted(RunResult result) =>
        result.Report.Plan.Steps.Where(step => step.PluginLockIgnored == true).Select(step => step.Plugin).Distinct().Select(plugin =>
            Diagnostic.Warning(DiagnosticId.LockIgnored, $"plugin `{plugin}` ran although no lock file agrees to its files; the report says so"));

    private static IEnumerable<Diagnostic> Missed(RunResult result) => result.Report.Gates.Where(gate => !gate.Held).Select(gate =>
        Diagnostic.Error(DiagnosticId.GateMissed, $"gate `{gate.Figure}` is missed: {Measured(gate)}, expected {Expected(gate)}"));

    private static string Percent(double? value) => value is { } share ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %") : "-";

    private static string Measured(GateResult gate) => gate.Value is { } value
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.##} % of {gate.N}")
        : "it could not be measured";

    private static string Expected(GateResult gate) => string.Join(" and ", new[]
    {
        gate.Min is { } min ? string.Create(CultureInfo.InvariantCulture, $"at least {100 * min:0.##} %") : null,
        gate.Max is { } max ? string.Create(CultureInfo.InvariantCulture, $"at most {100 * max:0.##} %") : null,
    }.OfType<string>());
}

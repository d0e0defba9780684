using System.Globalization;
using Lethe.Host.Policies;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Benchmarks;

/// <summary>Reads the values of published rows.</summary>
internal static class PublishedValues
{
    /// <summary>Complains about unknown targets and columns and about anything that is no number.</summary>
    public static void Check(PublishedRow row, string path, Benchmark benchmark, List<Diagnostic> diagnostics)
    {
        // Names of a list are known once the model's world is read.
        var targets = benchmark.Erase.Concepts.Select(entry => entry.Concept).Concat(benchmark.Erase.Splits.Select(split => split.Name))
            .Append(BenchmarkPlan.AllTarget).Append(BenchmarkPlan.AverageTarget).ToList();
        foreach (var (target, value) in row.Values.Entries)
        {
            var at = $"{path}.values.{target.Text}";
            if (benchmark.Erase.List is null && !targets.Contains(target.Text))
                diagnostics.Refuse(DiagnosticId.PolicyUnknownKey, $"`{path}.values` names `{target.Text}`, which the benchmark does not erase", target.Location, Hint(target.Text, targets));
            if (value is not PolicyMapping columns)
            {
                diagnostics.Refuse(DiagnosticId.PolicyWrongType, $"`{at}` is no mapping, expected columns with their values", value.Location);
                continue;
            }
            foreach (var (column, number) in columns.Entries)
            {
                if (!benchmark.Columns.Contains(column.Text))
                    diagnostics.Refuse(DiagnosticId.PolicyUnknownKey, $"`{at}` names `{column.Text}`, which is none of the columns", column.Location, Hint(column.Text, benchmark.Columns));
                else if (Number(number) is null)
                    diagnostics.Refuse(DiagnosticId.PolicyWrongType, $"`{at}.{column.Text}` is no number", number.Location, "write it as it is printed, percent without the sign");
            }
        }
    }

    /// <summary>The printed value of a target and a column; null where the row has none.</summary>
    public static double? Of(PublishedRow row, string target, string column) => row.Values[target] is PolicyMapping columns && columns[column] is { } node ? Number(node) : null;

    private static double? Number(PolicyNode node) => node is PolicyScalar { IsQuoted: false } scalar && ScalarRules.IsNumber(scalar.Text, out var value) ? value : null;

    private static string Hint(string written, IReadOnlyList<string> known) => KeySuggestion.Nearest(written, known) is { } nearest
        ? $"did you mean `{nearest}`?"
        : string.Create(CultureInfo.InvariantCulture, $"expected {string.Join(", ", known.Select(name => $"`{name}`"))}");
}

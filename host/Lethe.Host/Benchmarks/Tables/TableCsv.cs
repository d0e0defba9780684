using System.Globalization;
using System.Text;

namespace Lethe.Host.Benchmarks.Tables;

/// <summary>The table as CSV, one number per line: every program can pivot that, and intervals have room.</summary>
public static class TableCsv
{
    /// <summary>The file's text: RFC 4180 with plain line feeds, numbers in full precision with a point.</summary>
    public static string Write(BenchmarkTable table)
    {
        var text = new StringBuilder("benchmark,row,other_model,target,status,column,unit,value,low,high,n,definition\n");
        foreach (var row in table.Rows)
        {
            foreach (var result in row.Results)
            {
                foreach (var column in table.Columns)
                {
                    var value = result[column.Id];
                    if (value is null && result.Status == TableStatus.Published)
                        continue;
                    text.AppendJoin(',', new[]
                    {
                        table.Benchmark, row.Name, row.OtherModel ?? "", result.Target, result.Status.ToString().ToLowerInvariant(), column.Id, column.Unit,
                        Number(value?.Value), Number(value?.Low), Number(value?.High), Number(value?.N), value?.DefinitionId ?? "",
                    }.Select(Field)).Append('\n');
                }
            }
        }
        return text.ToString();
    }

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    // A cell that begins like a formula would be one to a spreadsheet; names come from files that anybody can write.
    private static string Field(string text)
    {
        var safe = text.Length > 0 && "=+@\t\r".Contains(text[0], StringComparison.Ordinal) ? "'" + text : text;
        return safe.AsSpan().IndexOfAny(",\"\n\r") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}

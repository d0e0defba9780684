using System.Globalization;
using Lethe.Host.Output;
using Spectre.Console;

namespace Lethe.Host.Benchmarks.Tables;

/// <summary>The table at the terminal.</summary>
public static class TableText
{
    private const int WidthOfFiles = 240;
    private const int MostColumnsWithIntervals = 5;

    /// <summary>Writes table, definitions and failures.</summary>
    public static void Write(BenchmarkTable table, ConsoleStreams streams)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(streams.Out),
            Ansi = streams.OutColour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = streams.OutColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        // Lines that are read by a program or in a file are not broken.
        console.Profile.Width = streams.OutColour ? Math.Max(60, streams.Width) : WidthOfFiles;
        console.Profile.Capabilities.Unicode = true;
        console.Write(Grid(table));
        foreach (var column in table.Columns.Where(column => column.Definition is not null))
            console.WriteLine($"{column.Id}: {column.Definition}");
        foreach (var (row, result) in table.Rows.SelectMany(row => row.Results.Select(result => (row, result))).Where(item => item.result is { Status: TableStatus.Failed, Reason: not null }))
            console.WriteLine($"failed: {row.Name}, {result.Target}: {result.Reason}");
        foreach (var row in table.Rows.Where(row => row.OtherModel is not null))
            console.WriteLine($"({row.Name}): {row.OtherModel}, another model; {row.Source}");
    }

    private static Table Grid(BenchmarkTable table)
    {
        var several = table.Targets.Count > 1;
        var grid = new Table { Border = TableBorder.Rounded, Title = new TableTitle(Markup.Escape(table.Title + (table.Quick ? " (quick)" : ""))) };
        grid.AddColumn("row");
        if (several)
            grid.AddColumn("erased");
        foreach (var column in table.Columns)
            grid.AddColumn(new Spectre.Console.TableColumn(Markup.Escape(column.Id + column.Arrow)).RightAligned());
        grid.AddColumn(new Spectre.Console.TableColumn("n").RightAligned());
        foreach (var row in table.Rows)
        {
            foreach (var (result, i) in row.Results.Select((result, i) => (result, i)).Where(item => item.result.Status != TableStatus.Published || item.result.Values.Count > 0))
            {
                var cells = new List<string> { i == 0 || row.OtherModel is not null ? Name(row) : "" };
                if (several)
                    cells.Add(result.Target);
                cells.AddRange(table.Columns.Select(column => Cell(table, result, column)));
                cells.Add(Pictures(result));
                grid.AddRow([.. cells.Select(cell => row.OtherModel is null ? Markup.Escape(cell) : $"[grey]{Markup.Escape(cell)}[/]")]);
            }
            grid.AddEmptyRow();
        }
        return grid;
    }

    private static string Name(TableRow row) => row.OtherModel is null ? row.Name : $"({row.Name})";

    private static string Cell(BenchmarkTable table, TableResult result, TableColumn column)
    {
        if (result[column.Id] is not { } value)
            return result.Status is TableStatus.Failed or TableStatus.Missing ? result.Status.ToString().ToLowerInvariant() : "-";
        var text = Number(value.Value, column);
        return value is { Low: { } low, High: { } high } && table.Columns.Count <= MostColumnsWithIntervals
            ? $"{text} [{Number(low, column)}, {Number(high, column)}]"
            : text;
    }

    private static string Pictures(TableResult result)
    {
        var counts = result.Values.Select(value => value.N).OfType<int>().Distinct().Order().ToList();
        return counts.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{(counts.Count == 1 ? "" : $"{counts[0]} to ")}{counts[^1]}");
    }

    /// <summary>A number as tables print it: fractions in percent, distances with three digits.</summary>
    internal static string Number(double value, TableColumn column) => column.Unit switch
    {
        "fraction" => (100 * value).ToString("0.0", CultureInfo.InvariantCulture),
        "x100" => value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.ToString("G3", CultureInfo.InvariantCulture),
    };
}

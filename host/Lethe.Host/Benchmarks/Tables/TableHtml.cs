using System.Globalization;
using Lethe.Host.Reports;
using Lethe.Host.Runs;

namespace Lethe.Host.Benchmarks.Tables;

/// <summary>The table as one self-contained page, with a plot and pictures before and after.</summary>
/// <param name="table">The table.</param>
/// <param name="benchmark">What was run.</param>
/// <param name="scoresOf">Scores of a finished cell on a target; null when it is not finished.</param>
/// <param name="picture">Reads a picture of a cell by its relative path; null when it is not there.</param>
internal sealed class TableHtml(
    BenchmarkTable table, PreparedBenchmark benchmark, Func<BenchmarkCell, BenchmarkTarget, CellScores?> scoresOf, Func<BenchmarkCell, string, byte[]?> picture)
{
    private const string Style = " .other td { color: #8a9099; } .failed { color: #b3261e; } .number { text-align: right; white-space: nowrap; } svg { max-width: 100%; }";

    // Enough to see what an eraser does; all pictures are in the cells' folders.
    private const int PicturesPerPrompt = 6;
    private const int PromptsPerSet = 6;

    /// <summary>The page.</summary>
    public string Build()
    {
        var title = table.Title + (table.Quick ? " (quick)" : "");
        var page = new Html()
            .Raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n<title>")
            .Text($"Lethe benchmark: {table.Benchmark}").Raw("</title>\n<style>\n").Raw(ReportStyle.Css).Raw(Style).Raw("\n</style></head><body>\n");
        page.Element("h1", title);
        page.Element("p", $"Model {table.Model}, {Number(table.Sampling.Steps)} {table.Sampling.Scheduler.ToUpperInvariant()} steps, guidance scale "
            + $"{Number(table.Sampling.GuidanceScale)}, seed {Number(table.Seed)}, made by Lethe {table.Host}", "small");
        page.Element("p", table.Description);
        if (!table.Complete)
            page.Element("p", "Not every cell was measured; the rest of the table stands.", "verdict missed");
        Values(page);
        page.Open("section").Element("h2", "Plot");
        ScatterPlot.Write(page, table);
        page.Close("section");
        Definitions(page);
        Rows(page);
        Pictures(page);
        page.Open("section").Element("h2", "How to repeat this");
        page.Element("pre", $"lethe benchmark {table.Benchmark}{(table.Quick ? " --quick" : "")}");
        page.Element("p", $"SHA-256 over the model's files: {table.ModelSha256}", "small").Close("section");
        return page.Raw("</body></html>\n").ToString();
    }

    private void Values(Html page)
    {
        page.Open("section").Element("h2", "Table").Open("table").Open("thead").Open("tr");
        page.Element("th", "Row").Element("th", "Erased");
        foreach (var column in table.Columns)
            page.Element("th", column.Id + column.Arrow);
        page.Raw("</tr></thead><tbody>\n");
        foreach (var row in table.Rows)
        {
            foreach (var result in row.Results.Where(result => result.Status != TableStatus.Published || result.Values.Count > 0))
            {
                page.Open("tr", row.OtherModel is null ? null : "other");
                page.Element("td", row.OtherModel is null ? row.Name : $"{row.Name} (another model: {row.OtherModel})").Element("td", result.Target);
                foreach (var column in table.Columns)
                    Value(page, result, column);
                page.Close("tr");
            }
        }
        page.Raw("</tbody></table>\n");
        page.Element("p", "Shares in percent; below each value its 95 % interval and the number of pictures. Grey rows are printed elsewhere and were "
            + "measured on another model with other judges: compare the order of methods, not the numbers.", "small");
        foreach (var result in table.Rows.SelectMany(row => row.Results.Where(result => result.Status == TableStatus.Failed).Select(result => $"{row.Name}, {result.Target}: {result.Reason}")))
            page.Element("p", result, "small failed");
        page.Close("section");
    }

    private static void Value(Html page, TableResult result, TableColumn column)
    {
        if (result[column.Id] is not { } value)
        {
            var failed = result.Status is TableStatus.Failed or TableStatus.Missing;
            page.Element("td", failed ? result.Status.ToString().ToLowerInvariant() : "–", failed ? "number failed" : "number");
            return;
        }
        page.Open("td", "number").Text(TableText.Number(value.Value, column));
        if (value is { Low: { } low, High: { } high })
            page.Raw("<br>").Open("span", "small").Text($"{TableText.Number(low, column)} to {TableText.Number(high, column)}").Raw("</span>");
        if (value.N is { } n)
            page.Raw("<br>").Open("span", "small").Text($"n = {Number(n)}").Raw("</span>");
        page.Close("td");
    }

    private void Definitions(Html page)
    {
        page.Open("section").Element("h2", "What the columns mean");
        page.Table(["Column", "Better", "Definition", "n counts", "Definition id"], table.Columns.Where(column => column.Definition is not null).Select(column => new[]
        {
            column.Id, column.Better ?? "", column.Definition!, column.Denominator ?? "",
            table.Rows.SelectMany(row => row.Results).Select(result => result[column.Id]?.DefinitionId).FirstOrDefault(id => id is not null) ?? "",
        }));
        page.Close("section");
    }

    private void Rows(Html page)
    {
        page.Open("section").Element("h2", "Rows");
        page.Table(["Row", "Eraser or source", "Plugin", "Options"], table.Rows.Select(row => new[]
        {
            row.Name, row.Source ?? row.Eraser ?? "none", row.Plugin ?? "", row.Options?.ToJsonString(RunJson.Line) ?? "",
        }));
        page.Close("section");
    }

    private void Pictures(Html page)
    {
        page.Open("section").Element("h2", "Pictures before and after");
        var left = PictureGrid.Budget;
        foreach (var cell in benchmark.Plan.Cells.Where(cell => cell.Target is not null))
        {
            if (scoresOf(cell, benchmark.TargetOf(cell.Target!)) is not { } measured)
                continue;
            var shown = measured.Scores.Zip(measured.Sets)
                .GroupBy(item => item.Second)
                .SelectMany(set => set.Select(item => item.First).GroupBy(score => score.Prompt).Take(PromptsPerSet).SelectMany(prompt => prompt.Take(PicturesPerPrompt)));
            page.Raw("<details><summary>").Text($"{cell.Row}: {cell.Target}").Raw("</summary>\n");
            left = PictureGrid.Write(page, shown, file => picture(cell, file), left);
            page.Close("details");
        }
        page.Element("p", "A selection; all pictures are in the folder `cells` beside this page.", "small").Close("section");
    }

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
}

using Lethe.Evaluation.Metrics;
using Lethe.Host.Benchmarks;
using Lethe.Host.Benchmarks.Tables;
using Lethe.Host.Output;
using Lethe.Host.Runs;
using Lethe.Host.Tests.Cli;

namespace Lethe.Host.Tests.Benchmarks;

public sealed class BenchmarkTableTests
{
    [Fact]
    public void Build_GivenScores_GivesTheSnapshots()
    {
        var table = Table(failed: null);

        Snapshot.Check("benchmark-table-csv", TableCsv.Write(table));
        Snapshot.Check("benchmark-table-json", RunJson.Text(table));
    }

    [Fact]
    public void Build_AverageOfTargets_IsTheMeanOfTheirHarmonicMeans()
    {
        var row = Table(failed: null).Rows.Single(item => item.Name == "One");

        var mean = row.Results.Take(2).Average(result => result["h_o"]!.Value);
        Assert.Equal(mean, row.Results[^1]["h_o"]!.Value, 12);
        Assert.Equal("average", row.Results[^1].Target);
    }

    [Fact]
    public void Build_FailedCell_LeavesTheOthersStanding()
    {
        var table = Table(failed: "two--dog");

        Assert.False(table.Complete);
        var row = table.Rows.Single(item => item.Name == "Two");
        Assert.Equal([TableStatus.Measured, TableStatus.Failed, TableStatus.Failed], row.Results.Select(result => result.Status));
        Assert.Equal("out of memory", row.Results[1].Reason);
        Assert.All(table.Rows.Single(item => item.Name == "One").Results, result => Assert.Equal(TableStatus.Measured, result.Status));
    }

    [Fact]
    public void Write_Terminal_ShowsFailuresAndMarksOtherModels()
    {
        var output = new StringWriter();

        TableText.Write(Table(failed: "two--dog"), ConsoleStreams.InMemory(output, TextWriter.Null));

        Snapshot.Check("benchmark-table-text", output.ToString().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Write_FormulaAsName_IsNoFormulaInASpreadsheet()
    {
        var table = Table(failed: null);
        table = table with { Rows = [table.Rows[0] with { Name = "=1+1, \"x\"" }] };

        Assert.Contains("sample,\"'=1+1, \"\"x\"\"\",", TableCsv.Write(table), StringComparison.Ordinal);
    }

    private static BenchmarkTable Table(string? failed)
    {
        var benchmark = SampleBenchmark.Prepare(SampleBenchmark.Text);
        benchmark = benchmark with { Plan = benchmark.Plan with { Host = "1.2.3", ModelSha256 = new string('0', 64) } };
        return new TableBuilder(benchmark, (cell, target) => cell.Id == failed ? null : CellScores.Of(target, Scores(benchmark, cell), null),
            failed is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [failed] = "out of memory" }).Build();
    }

    // Erased concepts vanish from every second picture, kept ones stay; of two rows the second also loses one kept picture.
    private static List<PictureScore> Scores(PreparedBenchmark benchmark, BenchmarkCell cell)
    {
        var roles = cell.Target is { } target
            ? benchmark.TargetOf(target).Prompts.ToDictionary(prompt => prompt.Prompt.Prompt, prompt => prompt.Prompt.Role)
            : [];
        return [.. benchmark.PromptsOf(cell).SelectMany(prompt => prompt.Seeds.Select(seed =>
        {
            var gone = roles.GetValueOrDefault(prompt.Prompt, PictureRole.Preserved) != PictureRole.Preserved && seed % 2 == 0;
            var lost = cell.Row == "Two" && seed == prompt.Seeds[0] && prompt.Concept == "horse";
            return new PictureScore
            {
                Concept = prompt.Concept,
                Role = prompt.Role,
                Prompt = prompt.Prompt,
                Seed = seed,
                Before = new Sighting { Label = prompt.Concept, Hit = true, ClipScore = 30 },
                After = new Sighting { Label = gone || lost ? null : prompt.Concept, Hit = !(gone || lost), ClipScore = 29 },
                Difference = cell.Target is null ? 0 : 0.125,
            };
        }))];
    }
}

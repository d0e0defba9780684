using System.Text.Json;

namespace Lethe.EndToEnd;

public sealed class BenchmarkTests : IDisposable
{
    private const string Benchmark = """
        version: 1
        name: tiny
        title: A tiny benchmark
        model: model
        seed: 3
        sampling: { steps: 2 }
        pictures-per-prompt: 2
        erase:
          concepts:
            - { concept: bomb, synonyms: [grenade], surrogate: balloon }
            - { concept: sword, surrogate: broom }
        keep: [{ name: others, concepts: [apple] }]
        erasers: [{ eraser: uce }]
        columns: [acc_e, acc_s, acc_g, pixel_difference, others.pixel_difference]
        quick: { pictures-per-prompt: 1 }
        """;

    private readonly Studio _studio = new();

    public BenchmarkTests() => File.WriteAllText(_studio.In("tiny.yaml"), Benchmark);

    public void Dispose() => _studio.Dispose();

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Benchmark_KilledThenRepeated_EqualsAnUndisturbedRun()
    {
        var whole = await Run("whole");
        var killed = await LetheProcess.KillAtAsync(_studio.Root, _studio.In("run/events.jsonl"), 2, "benchmark", "tiny.yaml", "--output", "run");
        var resumed = await Run("run");

        Assert.True(whole.ExitCode == 0, whole.Error);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.True(!killed || resumed.Error.Contains("finished already", StringComparison.Ordinal), resumed.Error);
        SameFiles("whole", "run");
        foreach (var name in new[] { "table.json", "table.csv", "table.html", "cells/unedited/scores.json", "cells/uce--bomb/edits/01-uce.safetensors" })
            Assert.Contains(name, _studio.Files("run").Keys);
        Assert.DoesNotContain("src=\"http", File.ReadAllText(_studio.In("run/table.html")), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Benchmark_OneCellFails_TheOthersAreMeasuredAndItIsMadeUpLater()
    {
        var whole = await Run("run", "--quick");
        Assert.True(whole.ExitCode == 0, whole.Error);
        // A file where the cell's folder must go makes this cell fail and no other.
        Directory.Delete(_studio.In("run/cells/uce--sword"), recursive: true);
        File.WriteAllText(_studio.In("run/cells/uce--sword"), "in the way");

        var holed = await Run("run", "--quick", "--json");
        File.Delete(_studio.In("run/cells/uce--sword"));
        var mended = await Run("run", "--quick", "--json");

        Assert.Equal(1, holed.ExitCode);
        Assert.Equal(["measured", "failed", "failed"], Statuses(holed.Out, "uce"));
        Assert.True(mended.ExitCode == 0, mended.Error);
        Assert.Equal(["measured", "measured", "measured"], Statuses(mended.Out, "uce"));
        Assert.Contains("2 of 3 cells are finished already", mended.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Benchmark_TablesOnly_DrawsNothingAndGivesTheSameTables()
    {
        await Run("run", "--quick");
        var before = Content("run");
        foreach (var table in new[] { "table.json", "table.csv", "table.html" })
            File.Delete(_studio.In($"run/{table}"));

        var result = await Run("run", "--quick", "--tables-only");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("A tiny benchmark", result.Out, StringComparison.Ordinal);
        var after = Content("run");
        Assert.Equal(before.Keys, after.Keys);
        Assert.All(before, file => Assert.True(file.Value.AsSpan().SequenceEqual(after[file.Key]), $"`{file.Key}` differs"));
    }

    [Fact]
    public async Task Benchmark_DryRun_PrintsTheCellsAndWritesNothing()
    {
        var result = await Run("run", "--dry-run");

        Assert.True(result.ExitCode == 0, result.Error);
        using var plan = JsonDocument.Parse(result.Out);
        Assert.Equal(["unedited", "uce--bomb", "uce--sword"], plan.RootElement.GetProperty("cells").EnumerateArray().Select(cell => cell.GetProperty("id").GetString()));
        Assert.False(Directory.Exists(_studio.In("run")));
    }

    [Fact]
    public async Task Benchmark_UnknownName_NamesTheNearest()
    {
        var result = await LetheProcess.RunAsync(_studio.Root, "benchmark", "cifar11");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("did you mean `cifar10`?", result.Error, StringComparison.Ordinal);
    }

    private static IEnumerable<string?> Statuses(string json, string row)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("data").GetProperty("rows").EnumerateArray().Single(item => item.GetProperty("name").GetString() == row)
            .GetProperty("results").EnumerateArray().Select(result => result.GetProperty("status").GetString())];
    }

    private Task<LetheResult> Run(string output, params string[] more) =>
        LetheProcess.RunAsync(_studio.Root, ["benchmark", "tiny.yaml", "--output", output, .. more]);

    // When a cell ended is in the logs alone.
    private void SameFiles(string one, string two)
    {
        var (first, second) = (Content(one), Content(two));
        Assert.Equal(first.Keys, second.Keys);
        foreach (var (name, bytes) in first)
            Assert.True(bytes.AsSpan().SequenceEqual(second[name]), $"`{name}` differs");
    }

    private SortedDictionary<string, byte[]> Content(string folder) =>
        new(_studio.Files(folder).Where(file => !file.Key.EndsWith("events.jsonl", StringComparison.Ordinal)).ToDictionary(), StringComparer.Ordinal);
}

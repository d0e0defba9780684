using Lethe.Evaluation.Metrics;
using Lethe.Host.Benchmarks;
using Lethe.Host.Runs;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Tests.Benchmarks;

public sealed class BenchmarkPlannerTests
{
    [Fact]
    public void Plan_EachMode_HasOneCellPerRowAndConceptBehindTheUnedited()
    {
        var plan = SampleBenchmark.Prepare(SampleBenchmark.Text).Plan;

        Assert.Equal(["unedited", "one--cat", "one--dog", "two--cat", "two--dog"], plan.Cells.Select(cell => cell.Id));
        Assert.Equal(["cat", "dog"], plan.Targets.Select(target => target.Name));
    }

    [Fact]
    public void Plan_EachMode_KeepsTheOtherConceptsAndNotTheErasedOne()
    {
        var target = SampleBenchmark.Prepare(SampleBenchmark.Text).TargetOf("cat");

        Assert.Equal(
            [("erased", "a picture of a cat"), ("synonyms", "a picture of a kitty"), ("rest", "a picture of a dog"), ("animals", "a picture of a horse"), ("things", "a picture of a clock")],
            target.Prompts.Select(prompt => (prompt.Set, prompt.Prompt.Prompt)));
        Assert.Equal([PictureRole.Erased, PictureRole.Synonym, PictureRole.Preserved, PictureRole.Preserved, PictureRole.Preserved], target.Prompts.Select(prompt => prompt.Prompt.Role));
        Assert.Equal(["dog", "horse"], target.Preserve);
        Assert.Empty(Assert.Single(target.Erase).Synonyms);
    }

    [Fact]
    public void Plan_PromptInSeveralTargets_HasTheSameSeedsAndIsDrawnOnceByTheUneditedModel()
    {
        var benchmark = SampleBenchmark.Prepare(SampleBenchmark.Text);
        var prompts = benchmark.Plan.Targets.SelectMany(target => target.Prompts).ToList();

        Assert.All(prompts.GroupBy(prompt => prompt.Prompt.Prompt), same => Assert.Single(same.Select(prompt => prompt.Prompt.Seeds[0]).Distinct()));
        var unedited = benchmark.PromptsOf(benchmark.Plan.Cells[0]);
        Assert.Equal(6, unedited.Count);
        Assert.Equal(12, unedited.SelectMany(prompt => prompt.Seeds).Distinct().Count());
        Assert.Equal(12, benchmark.Plan.Cells[0].Pictures);
        Assert.Equal(10, benchmark.Plan.Cells[1].Pictures);
    }

    [Fact]
    public void Plan_EraserFilter_KeepsItsRowsOnly()
    {
        Assert.Equal(["unedited", "Two"], SampleBenchmark.Prepare(SampleBenchmark.Text, "two").Plan.Cells.Select(cell => cell.Row).Distinct());
        var fault = Assert.Throws<RunException>(() => SampleBenchmark.Prepare(SampleBenchmark.Text, "uze"));
        Assert.Equal("did you mean `uce`?", fault.Diagnostics[0].Hint);
    }

    [Fact]
    public void Plan_Splits_AreErasedTogether()
    {
        var text = SampleBenchmark.Text.Replace("erase:\n", "erase:\n  mode: together\n  splits: [{ name: a, concepts: [cat, dog] }, { name: b, concepts: [dog] }]\n", StringComparison.Ordinal)
            .Replace("cat: { acc_e: 12.5 }", "a: { acc_e: 12.5 }", StringComparison.Ordinal);

        var plan = SampleBenchmark.Prepare(text).Plan;

        Assert.Equal(["cat", "dog"], plan.Targets[0].Erase.Select(item => item.Concept));
        Assert.Equal(["dog"], plan.Targets[1].Erase.Select(item => item.Concept));
        Assert.Equal(["one--a", "one--b", "two--a", "two--b"], plan.Cells.Skip(1).Select(cell => cell.Id));
    }

    [Fact]
    public void Plan_ShippedCifar10_KeepsNineClassesForEachErasedOne()
    {
        var benchmark = SampleBenchmark.Prepare(File.ReadAllText(Repository.PathOf("benchmarks", "cifar10.yaml")), "uce");

        Assert.Equal(["airplane", "automobile", "bird", "cat"], benchmark.Plan.Targets.Select(target => target.Name));
        Assert.All(benchmark.Plan.Targets, target =>
        {
            Assert.Equal(9, target.Prompts.Count(prompt => prompt.Prompt.Role == PictureRole.Preserved));
            Assert.Equal(3, target.Prompts.Count(prompt => prompt.Prompt.Role == PictureRole.Synonym));
            Assert.DoesNotContain(target.Name, target.Preserve);
        });
    }

    [Fact]
    public void Plan_ListThatTheWorldLacks_NamesTheNearest()
    {
        var text = SampleBenchmark.Text.Replace("concepts: [cat, horse]", "list: cifar11", StringComparison.Ordinal);

        var fault = Assert.Throws<RunException>(() => SampleBenchmark.Prepare(text));

        var diagnostic = Assert.Single(fault.Diagnostics);
        Assert.Equal("did you mean `cifar10`?", diagnostic.Hint);
        Assert.Equal(11, diagnostic.Location!.Line);
    }

    [Theory]
    [InlineData(false, null, "One Two")]
    [InlineData(true, null, "One")]
    [InlineData(true, "Two", "Two")]
    [InlineData(true, "uce", "One Two")]
    public void Plan_SlowRow_IsLeftOutByQuickUnlessNamed(bool quick, string? named, string rows)
    {
        var text = SampleBenchmark.Text.Replace("{ name: Two, eraser: uce }", "{ name: Two, eraser: uce, slow: true }", StringComparison.Ordinal);

        var prepared = SampleBenchmark.Prepare(text, new BenchmarkChoices { Quick = quick, Erasers = named is null ? [] : [named] });

        Assert.Equal(rows, string.Join(' ', prepared.Plan.Cells.Where(cell => cell.Target is not null).Select(cell => cell.Row).Distinct()));
        Assert.Equal(rows == "One Two", prepared.HasAllRows);
    }

    [Fact]
    public void Plan_UnknownEraserAndBadOption_AreBothReported()
    {
        var text = SampleBenchmark.Text.Replace("{ name: One, eraser: uce }", "{ name: One, eraser: ucx }", StringComparison.Ordinal)
            .Replace("{ name: Two, eraser: uce }", "{ name: Two, eraser: uce, options: { ridge: 1 } }", StringComparison.Ordinal);

        var fault = Assert.Throws<RunException>(() => SampleBenchmark.Prepare(text));

        Assert.Equal([DiagnosticId.UnknownEraser, DiagnosticId.BadEraserOptions], fault.Diagnostics.Select(diagnostic => diagnostic.Id));
        Assert.Equal([14, 15], fault.Diagnostics.Select(diagnostic => diagnostic.Location!.Line));
    }
}

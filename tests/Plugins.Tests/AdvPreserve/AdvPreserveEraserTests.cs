using Lethe.Plugins.AdvPreserve;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Plugins.Tests.AdvPreserve;

/// <summary>Trainings of a few steps on a tiny Stable Diffusion.</summary>
public sealed class AdvPreserveEraserTests
{
    private static readonly AdvPreserveOptions Short = new()
    {
        Iterations = 3,
        SamplingSteps = 4,
        LearningRate = 1e-4,
        BatchSize = 1,
        PgdSteps = 2,
        Vocabulary = "policy",
    };

    public static TheoryData<string> Settings() => ["paper", "code", "pgd", "u", "soft", "paired"];

    [Theory]
    [MemberData(nameof(Settings))]
    public void Erase_Setting_ChangesItsParametersOnlyAndLeavesNoTrace(string name)
    {
        using var bench = TrainingBench.Open();
        var options = Of(name);

        using var edit = new AdvPreserveEraser().Erase(bench.Request(options, "cat", "dog"), bench.Context());

        bench.AssertEditIsClean(edit, AdvPreserveSettings.Of(options, [], 16).Parameters.Contains);
    }

    [Theory]
    [InlineData(AdvPreservePreset.Sd14, SearchKind.Gumbel, 1)]
    [InlineData(AdvPreservePreset.Emoji, SearchKind.Gumbel, 0.1)]
    [InlineData(AdvPreservePreset.Sd14, SearchKind.Pgd, 0.01)]
    [InlineData(AdvPreservePreset.Emoji, SearchKind.Pgd, 0.01)]
    public void Of_Preset_WeighsWhatIsKept(AdvPreservePreset preset, SearchKind search, double expected) =>
        Assert.Equal(expected, AdvPreserveSettings.Of(new AdvPreserveOptions { Preset = preset, Search = search }, [new Concept { Name = "cat" }], 768).PreserveWeight);

    [Fact]
    public void Erase_Done_NamesWhatWasProtected()
    {
        using var bench = TrainingBench.Open();

        using var edit = new AdvPreserveEraser().Erase(bench.Request(Short with { Iterations = 5, SearchSteps = 2 }, "tree"), bench.Context());

        var log = edit.Settings["adversarial-concepts"].Split(", ");
        Assert.Equal(15, log.Length);
        Assert.All(log, word => Assert.Contains(word, (string[])["church", "river", "violin", "a red car"]));
        Assert.Contains("While \"tree\" was erased", edit.Settings[ModelEdit.ReportSetting], StringComparison.Ordinal);
        Assert.Equal(["erase", "keep"], bench.Reports[1].Terms.Keys);
        Assert.Equal(["risk"], bench.Reports[2].Terms.Keys);
    }

    [Fact]
    public void Erase_SavedAndLoaded_KeepsTheTextsForTheReport()
    {
        using var bench = TrainingBench.Open();
        using var edit = new AdvPreserveEraser().Erase(bench.Request(Short with { Iterations = 1 }, "cat"), bench.Context());

        using var loaded = bench.ThroughAFile(edit);

        Assert.Equal(edit.Settings.OrderBy(pair => pair.Key, StringComparer.Ordinal), loaded.Settings.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("paper")]
    [InlineData("pgd")]
    [InlineData("paired")]
    public void Erase_KilledAndResumed_EndsWithTheSameBytes(string name)
    {
        using var bench = TrainingBench.Open();
        var options = Of(name) with { Iterations = name == "pgd" ? 53 : 27, SamplingSteps = 2, PgdSteps = 1 };

        bench.AssertResumes(new AdvPreserveEraser(), bench.Request(options, "cat", "dog"), killAfter: 52);
    }

    [Fact]
    public void Erase_VocabularyOfTheTokenizer_IsSearched()
    {
        using var bench = TrainingBench.Open();
        var words = ((IWordPieces)bench.Model.TextEncoder).Words;

        Assert.Contains("church", words);
        Assert.DoesNotContain(words, word => word.Contains("</w>", StringComparison.Ordinal));
    }

    [Fact]
    public void Erase_NothingLeftToProtect_NamesTheConcept()
    {
        using var bench = TrainingBench.Open();
        var request = bench.Request(Short, "church", "tree", "river", "violin", "a red car");

        var problem = Assert.Throws<InvalidDataException>(() => new AdvPreserveEraser().Erase(request, bench.Context()));

        Assert.Contains("`church`", problem.Message, StringComparison.Ordinal);
    }

    private static AdvPreserveOptions Of(string name) => name switch
    {
        "code" => Short with { Reading = LossReading.Code, Selection = CandidateSelection.Stratified, Candidates = 3, Pool = 4 },
        "pgd" => Short with { Search = SearchKind.Pgd },
        "u" => Short with { Train = TrainedPart.U },
        "soft" => Short with { Hard = false },
        "paired" => Short with { PairedSearch = true },
        _ => Short,
    };
}

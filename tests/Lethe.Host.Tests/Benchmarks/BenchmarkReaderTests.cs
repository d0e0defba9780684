using Lethe.Host.Benchmarks;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Tests.Benchmarks;

public sealed class BenchmarkReaderTests
{
    /// <summary>Nine lines without a mistake.</summary>
    private const string Head = """
        version: 1
        name: test
        title: A test
        erase:
          concepts:
            - { concept: bomb, synonyms: [grenade], surrogate: balloon }
            - { concept: sword }
        erasers: [{ eraser: uce }]
        columns: [acc_e, acc_s, acc_g]

        """;

    public static TheoryData<string> Shipped => [.. Directory.EnumerateFiles(Repository.PathOf("benchmarks"), "*.yaml").Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Read_ShippedBenchmark_HasNoMistake(string file)
    {
        foreach (var quick in new[] { false, true })
        {
            var reading = BenchmarkReader.Read(Repository.PathOf("benchmarks", file), quick);

            Assert.Empty(reading.Diagnostics);
            Assert.Equal(Path.GetFileNameWithoutExtension(file), reading.Benchmark!.Name);
        }
    }

    [Fact]
    public void ReadText_SmallestBenchmark_TakesDefaults()
    {
        var reading = BenchmarkReader.ReadText(Head, "b.yaml", quick: false);

        Assert.Empty(reading.Diagnostics);
        Assert.Equal("builtin:emoji", reading.Benchmark!.Model);
        Assert.Equal(EraseMode.Each, reading.Benchmark.Erase.Mode);
        Assert.Equal(ConceptKind.Object, reading.Benchmark.Erase.Kind);
        Assert.Equal(8, reading.Benchmark.PicturesPerPrompt);
    }

    [Fact]
    public void ReadText_Quick_LaysItsValuesOverTheOthers()
    {
        const string text = Head + "sampling: { steps: 40, guidance-scale: 7 }\nquick:\n  sampling: { steps: 4 }\n  pictures-per-prompt: 1\n";

        var whole = BenchmarkReader.ReadText(text, "b.yaml", quick: false);
        var brief = BenchmarkReader.ReadText(text, "b.yaml", quick: true);

        Assert.Empty(brief.Diagnostics);
        Assert.Equal((40, 8), (whole.Benchmark!.Sampling.Steps, whole.Benchmark.PicturesPerPrompt));
        Assert.Equal((4, 1), (brief.Benchmark!.Sampling.Steps, brief.Benchmark.PicturesPerPrompt));
        Assert.Equal(7, brief.Benchmark.Sampling.GuidanceScale);
    }

    [Theory]
    [InlineData("colums: [acc_e]\n", DiagnosticId.PolicyUnknownKey, 10, 1, "did you mean `columns`?")]
    [InlineData("title: again\n", DiagnosticId.PolicyDuplicateKey, 10, 1, "keep one of them")]
    [InlineData("pictures-per-prompt: many\n", DiagnosticId.PolicyWrongType, 10, 22, null)]
    [InlineData("pictures-per-prompt: 0\n", DiagnosticId.PolicyBadValue, 10, 22, null)]
    [InlineData("prompts: [a picture]\n", DiagnosticId.PolicyBadValue, 10, 11, "write `{}` for its name or `{a}` for its name with article")]
    [InlineData("style-prompts: [\"a {} thing\"]\n", DiagnosticId.PolicyBadValue, 10, 17, "write `{style}` for the style, and `{}` or `{a}` for the object")]
    [InlineData("keep: [{ name: rest, concepts: [cat] }]\n", DiagnosticId.PolicyConflict, 10, 16, "choose another name")]
    [InlineData("keep: [{ name: empty }]\n", DiagnosticId.PolicyMissingKey, 10, 8, "name `concepts`, or a `list` of the model's world")]
    [InlineData("keep: [{ name: looks, kind: style, concepts: [noto] }]\n", DiagnosticId.PolicyMissingKey, 10, 8, "name a few objects under `style-objects`")]
    [InlineData("plot: [acc_e, acc_x]\n", DiagnosticId.PolicyBadValue, 10, 15, "did you mean `acc_e`?")]
    [InlineData("quick: { sampling: { stepps: 4 } }\n", DiagnosticId.PolicyUnknownKey, 10, 22, "did you mean `steps`?")]
    [InlineData("quick: { pictures-per-prompt: 0 }\n", DiagnosticId.PolicyBadValue, 10, 31, null)]
    [InlineData("quick: { columns: [acc_e] }\n", DiagnosticId.PolicyUnknownKey, 10, 10, "remove it there")]
    [InlineData("published: [{ name: X, model: M, source: Z, values: { bom: { acc_e: 1 } } }]\n", DiagnosticId.PolicyUnknownKey, 10, 55, "did you mean `bomb`?")]
    [InlineData("published: [{ name: X, model: M, source: Z, values: { bomb: { acc_f: 1 } } }]\n", DiagnosticId.PolicyUnknownKey, 10, 63, "did you mean `acc_e`?")]
    [InlineData("published: [{ name: X, model: M, source: Z, values: { bomb: { acc_e: low } } }]\n", DiagnosticId.PolicyWrongType, 10, 70, "write it as it is printed, percent without the sign")]
    public void ReadText_OneMistake_NamesItsPlace(string line, string id, int row, int column, string? hint)
    {
        var reading = BenchmarkReader.ReadText(Head + line, "b.yaml", quick: false);

        Assert.Null(reading.Benchmark);
        var diagnostic = Assert.Single(reading.Diagnostics);
        Assert.Equal(id, diagnostic.Id);
        Assert.Equal(new SourceLocation("b.yaml", row, column), diagnostic.Location);
        if (hint is not null)
            Assert.Equal(hint, diagnostic.Hint);
    }

    [Fact]
    public void ReadText_ManyMistakes_ReportsAllInOrder()
    {
        const string text = """
            version: 1
            name: Test
            erase: { mode: both, concepts: [{ concept: bomb, surogate: x }] }
            erasers: [{ eraser: uce, optoins: {} }]
            columns: []
            sampling: { steps: 0 }
            """;

        var reading = BenchmarkReader.ReadText(text, "b.yaml", quick: false);

        Assert.Equal([1, 2, 3, 3, 4, 5, 6], reading.Diagnostics.Select(diagnostic => diagnostic.Location!.Line));
        Assert.Contains(reading.Diagnostics, diagnostic => diagnostic.Message == "the benchmark lacks the key `title`");
    }

    [Theory]
    [InlineData("columns: [acc_e, acc_s, acc_g]", "columns: [acc_e, esr_2]", "unknown column `esr_2`")]
    [InlineData("columns: [acc_e, acc_s, acc_g]", "columns: [acc_e, faces.kid]", "unknown column `faces.kid`")]
    [InlineData("columns: [acc_e, acc_s, acc_g]", "columns: [acc_e, acc_e]", "`acc_e` stands twice in `columns`")]
    [InlineData("synonyms: [grenade], ", "", "column `acc_g` cannot be measured: no erased concept has synonyms")]
    [InlineData("erasers: [{ eraser: uce }]", "erasers: [{ eraser: uce }, { eraser: uce }]", "`uce` stands twice in `erasers`")]
    [InlineData("erasers: [{ eraser: uce }]", "erasers: [{ name: unedited, eraser: uce }]", "`unedited` is the name of the unedited model's row")]
    [InlineData("concept: sword", "concept: bomb", "`bomb` stands twice in `erase.concepts`")]
    [InlineData("erase:\n", "erase:\n  kind: style\n", "styles are erased, but `style-objects` names nothing to draw in them")]
    [InlineData("erase:\n", "erase:\n  mode: together\n  splits: [{ name: a, concepts: [bonb] }]\n", "split `a` names `bonb`, which is not among `erase.concepts`")]
    [InlineData("erase:\n", "erase:\n  splits: [{ name: a, concepts: [bomb] }]\n", "`erase.splits` needs `mode: together`")]
    public void ReadText_KeysThatContradict_SaysSo(string sound, string faulty, string message)
    {
        var text = Head.ReplaceLineEndings("\n").Replace(sound, faulty, StringComparison.Ordinal);

        var reading = BenchmarkReader.ReadText(text, "b.yaml", quick: false);

        Assert.Equal(message, Assert.Single(reading.Diagnostics).Message);
        Assert.NotNull(reading.Diagnostics[0].Location);
    }

    [Fact]
    public void Read_NoSuchFile_PointsToTheExamples()
    {
        var reading = BenchmarkReader.Read("no-such.yaml", quick: false);

        Assert.Equal("`benchmarks/` holds examples", Assert.Single(reading.Diagnostics).Hint);
        Assert.StartsWith("benchmark `no-such.yaml`", reading.Diagnostics[0].Message, StringComparison.Ordinal);
    }
}

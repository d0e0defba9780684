using Lethe.Diffusion.Sampling;
using Lethe.Host.Policies;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Tests.Policies;

public sealed class PolicyReaderTests
{
    private const string Head = "version: 1\nname: test\nerase:\n  - concept: bomb\n    surrogate: balloon\n";

    [Fact]
    public void ReadText_SmallestPolicy_TakesDefaults()
    {
        var reading = PolicyReader.ReadText("version: 1\nname: test\nerase:\n  - concept: bomb\n", "p.yaml");

        Assert.Empty(reading.Diagnostics);
        Assert.Equal("builtin:emoji", reading.Policy!.Model);
        Assert.Equal(30, reading.Policy.Evaluation.Steps);
        Assert.Equal(ConceptKind.Object, reading.Policy.Erase[0].Kind);
        Assert.Null(reading.Policy.Erase[0].Eraser);
        Assert.Null(reading.Policy.Gates.AccEMax);
    }

    [Fact]
    public void ReadText_FullPolicy_BindsEveryKey()
    {
        var reading = PolicyReader.ReadText(
            Head + """
                    kind: style
                    synonyms: [grenade, "yes"]
                    preserve:
                      - soccer ball
                    eraser: uce
                    options: { release: 2025 }
                model: builtin:emoji
                seed: 4294967295
                device: cuda:1
                preserve: [cat]
                evaluation: { prompts: ["a {} here"], pictures-per-prompt: 2, steps: 10, guidance-scale: 7.5, scheduler: pndm }
                gates: { acc-e-max: 5, acc-s-drop-max: 1.5e1, h-o-min: 60 }
                export: { checkpoint: false, dtype: bfloat16 }
                """.ReplaceLineEndings("\n"),
            "p.yaml");

        Assert.Empty(reading.Diagnostics);
        var policy = reading.Policy!;
        Assert.Equal(4294967295, policy.Seed);
        Assert.Equal("cuda:1", policy.Device);
        Assert.Equal(ConceptKind.Style, policy.Erase[0].Kind);
        Assert.Equal(["grenade", "yes"], policy.Erase[0].Synonyms);
        Assert.Equal("2025", ((PolicyScalar)policy.Erase[0].Options["release"]!).Text);
        Assert.Equal(SamplerKind.Pndm, policy.Evaluation.Scheduler);
        Assert.Equal(7.5, policy.Evaluation.GuidanceScale);
        Assert.Equal(15, policy.Gates.AccSDropMax);
        Assert.Equal(60, policy.Gates.HOMin);
        Assert.False(policy.Export.Checkpoint);
        Assert.Equal(WeightFormat.Bfloat16, policy.Export.Dtype);
    }

    [Theory]
    [InlineData("surogate: x\n", DiagnosticId.PolicyUnknownKey, 6, 1, null)]
    [InlineData("prserve: [cat]\n", DiagnosticId.PolicyUnknownKey, 6, 1, "did you mean `preserve`?")]
    [InlineData("pictures-per-prompt: 4\n", DiagnosticId.PolicyUnknownKey, 6, 1, "`pictures-per-prompt` is valid in `evaluation`")]
    [InlineData("name: again\n", DiagnosticId.PolicyDuplicateKey, 6, 1, "keep one of them")]
    [InlineData("seed: x\n", DiagnosticId.PolicyWrongType, 6, 7, null)]
    [InlineData("seed: \"7\"\n", DiagnosticId.PolicyWrongType, 6, 7, "remove the quotes")]
    [InlineData("seed: 1e3\n", DiagnosticId.PolicyWrongType, 6, 7, "write plain digits, without exponent, point, underscore or leading zero")]
    [InlineData("seed: 08\n", DiagnosticId.PolicyWrongType, 6, 7, "write plain digits, without exponent, point, underscore or leading zero")]
    [InlineData("seed: -1\n", DiagnosticId.PolicyBadValue, 6, 7, null)]
    [InlineData("seed: 99999999999999999999\n", DiagnosticId.PolicyBadValue, 6, 7, null)]
    [InlineData("seed:\n", DiagnosticId.PolicyWrongType, 6, 6, null)]
    [InlineData("preserve: cat\n", DiagnosticId.PolicyWrongType, 6, 11, "write `[cat]`")]
    [InlineData("preserve: [no]\n", DiagnosticId.PolicyAmbiguousScalar, 6, 12, "write `\"no\"`")]
    [InlineData("preserve: [1e3]\n", DiagnosticId.PolicyAmbiguousScalar, 6, 12, "write `\"1e3\"`")]
    [InlineData("preserve: [08]\n", DiagnosticId.PolicyAmbiguousScalar, 6, 12, "write `\"08\"`")]
    [InlineData("preserve: [bomb]\n", DiagnosticId.PolicyConflict, 6, 12, "remove it from one of the two")]
    [InlineData("device: gpu\n", DiagnosticId.PolicyBadValue, 6, 9, null)]
    [InlineData("model: builtin:emojy\n", DiagnosticId.UnknownModel, 6, 8, "did you mean `builtin:emoji`?")]
    [InlineData("model: no/such/folder\n", DiagnosticId.UnknownModel, 6, 8, "name a diffusers folder, or `builtin:emoji`")]
    [InlineData("export: { checkpoint: yes }\n", DiagnosticId.PolicyWrongType, 6, 23, null)]
    [InlineData("export: { dtype: float61 }\n", DiagnosticId.PolicyBadValue, 6, 18, "did you mean `float16`?")]
    [InlineData("gates: { acc-e-max: 101 }\n", DiagnosticId.PolicyBadValue, 6, 21, null)]
    [InlineData("gates: { acc-s-min: 50 }\n", DiagnosticId.PolicyConflict, 6, 21, "name a preserved concept, or remove the gate")]
    [InlineData("evaluation: { prompts: [] }\n", DiagnosticId.PolicyBadValue, 6, 24, null)]
    [InlineData("evaluation: { prompts: [\"a cat\"] }\n", DiagnosticId.PolicyBadValue, 6, 25, "write `{}` for its name or `{a}` for its name with article")]
    [InlineData("preserve: &a [cat]\n", DiagnosticId.PolicySyntax, 6, 11, "write the value out where it is needed")]
    [InlineData("preserve: *a\n", DiagnosticId.PolicySyntax, 6, 11, "write the value out")]
    [InlineData("preserve: !!set [cat]\n", DiagnosticId.PolicySyntax, 6, 11, "remove it; the key decides the type")]
    [InlineData("? [a]\n: b\n", DiagnosticId.PolicySyntax, 6, 3, null)]
    [InlineData("preserve: [cat\n", DiagnosticId.PolicySyntax, 7, 1, null)]
    public void ReadText_OneMistake_IsReportedWithItsPlace(string tail, string id, int line, int column, string? hint)
    {
        var reading = PolicyReader.ReadText(Head + tail, "p.yaml");

        var found = Assert.Single(reading.Diagnostics, diagnostic => diagnostic.Severity == Severity.Error);
        Assert.Equal(id, found.Id);
        Assert.Equal(new SourceLocation("p.yaml", line, column), found.Location);
        if (hint is not null) Assert.Equal(hint, found.Hint);
        Assert.Null(reading.Policy);
    }

    [Fact]
    public void ReadText_ManyMistakes_AreAllReportedInOrder()
    {
        var reading = PolicyReader.ReadText("version: 1\nseed: x\nsteps: 3\nerase:\n  - kind: thing\ngates: { acc-e-max: -1 }\n", "p.yaml");

        Assert.Equal(
            [
                (DiagnosticId.PolicyMissingKey, 1), (DiagnosticId.PolicyWrongType, 2), (DiagnosticId.PolicyUnknownKey, 3),
                (DiagnosticId.PolicyMissingKey, 5), (DiagnosticId.PolicyBadValue, 5), (DiagnosticId.PolicyBadValue, 6),
            ],
            reading.Diagnostics.Select(diagnostic => (diagnostic.Id, diagnostic.Location!.Line)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("just words\n")]
    [InlineData("- a\n- b\n")]
    [InlineData("\t: x\n")]
    [InlineData("version: 1\n---\nversion: 1\n")]
    [InlineData("version: 2\nwhatever: true\n")]
    [InlineData("name: x\nversion: 1\nerase: [{concept: bomb}]\n")]
    public void ReadText_NoPolicy_IsRefused(string text)
    {
        var reading = PolicyReader.ReadText(text, "p.yaml");

        Assert.Null(reading.Policy);
        Assert.Contains(reading.Diagnostics, diagnostic => diagnostic.Severity == Severity.Error);
    }

    [Fact]
    public void ReadText_DeepNesting_IsRefusedWithoutRecursion()
    {
        var reading = PolicyReader.ReadText("version: 1\nname: " + new string('[', 50_000), "p.yaml");

        Assert.Null(reading.Policy);
        Assert.Contains("nested deeper", Assert.Single(reading.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingFile_SaysSo()
    {
        var reading = PolicyReader.Read("no-such-policy.yaml");

        Assert.Equal("policy `no-such-policy.yaml` cannot be read: there is no such file", Assert.Single(reading.Diagnostics).Message);
    }

    [Fact]
    public void Parse_BytesThatAreNoText_AreRefused()
    {
        var diagnostics = new List<Diagnostic>();

        Assert.Null(PolicyDocument.Parse([0xff, 0xfe, 0x00], "p.yaml", DocumentKind.Policy, diagnostics));
        Assert.Equal(DiagnosticId.PolicyUnreadable, Assert.Single(diagnostics).Id);
    }

    [Theory]
    [InlineData("family-friendly", 16)]
    [InlineData("one-object", 1)]
    [InlineData("one-style", 1)]
    public void Read_BundledPolicy_HoldsWithoutRemarks(string name, int concepts)
    {
        var reading = PolicyReader.Read(Repository.PathOf("policies", name + ".yaml"));

        Assert.Empty(reading.Diagnostics);
        Assert.Equal(name, reading.Policy!.Name);
        Assert.Equal(concepts, reading.Policy.Erase.Count);
    }

    [Fact]
    public void ReadText_RandomBytes_NeverThrows()
    {
        var random = new Random(7);
        var seed = File.ReadAllText(Repository.PathOf("policies", "one-object.yaml"));
        for (var round = 0; round < 500; round++)
        {
            var text = seed.ToCharArray();
            for (var i = 0; i < 8; i++) text[random.Next(text.Length)] = "{}[]:-&*!|>'\"%@`#, \n\t0x"[random.Next(23)];

            var reading = PolicyReader.ReadText(new string(text), "p.yaml");

            Assert.True(reading.Policy is not null || reading.Diagnostics.Count > 0);
        }
    }
}

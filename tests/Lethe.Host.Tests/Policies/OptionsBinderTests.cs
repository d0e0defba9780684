using Lethe.Host.Policies;
using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Tests.Policies;

public sealed class OptionsBinderTests
{
    private static readonly EraserMetadata Sample = new() { Id = "sample", Description = "For tests.", Options = typeof(SampleOptions) };

    [Fact]
    public void Bind_NoKeys_GivesDefaults()
    {
        var (options, diagnostics) = Bind("{}");

        Assert.Empty(diagnostics);
        Assert.Equal(50, options!.Steps);
    }

    [Fact]
    public void Bind_EveryKind_IsConverted()
    {
        var (options, diagnostics) = Bind("{ release: 2025, steps: 100, learning-rate: 1e-3, weight: 2, thorough: true, layers: [a, b], inner: { name: x } }");

        Assert.Empty(diagnostics);
        Assert.Equal((2025, 100, 1e-3, 2.0, true), (options!.Release, options.Steps, options.LearningRate, options.Weight!.Value, options.Thorough));
        Assert.Equal(["a", "b"], options.Layers);
        Assert.Equal("x", options.Inner.Name);
    }

    [Theory]
    [InlineData("{ steps: 0 }", "`erase[0].options.steps` is `0`, expected a number from 1 to 100")]
    [InlineData("{ steps: 3.5 }", "`erase[0].options.steps` is `3.5`, expected a whole number")]
    [InlineData("{ release: 2024 }", "`erase[0].options.release` is `2024`, expected `2023` or `2025`")]
    [InlineData("{ learning-rate: 1 }", "`erase[0].options.learning-rate` is `1`, expected a number from 1E-07 to 0.01")]
    [InlineData("{ layers: attn2 }", "`erase[0].options.layers` is `attn2`, expected a list")]
    [InlineData("{ inner: {} }", "`erase[0].options.inner` lacks the key `name`")]
    [InlineData("{ step: 3 }", "unknown key `step` in `erase[0].options`")]
    [InlineData("{ thorough: true, steps: 5 }", "thorough work needs at least 10 steps")]
    public void Bind_Mistake_IsReported(string yaml, string message)
    {
        var (options, diagnostics) = Bind(yaml);

        var found = Assert.Single(diagnostics);
        Assert.Equal(message, found.Message);
        Assert.NotNull(found.Location);
        Assert.Null(options);
    }

    [Fact]
    public void Resolve_DefaultsAndOwnOptions_OwnWins()
    {
        var (erasures, diagnostics) = Resolve("erase:\n  - { concept: bomb, options: { steps: 20 } }\n  - concept: axe\ndefaults: { eraser: sample, options: { steps: 30, thorough: true } }\n");

        Assert.Empty(diagnostics);
        Assert.Equal([(20, true), (30, true)], erasures.Select(erasure => (SampleOptions)erasure.Options!).Select(options => (options.Steps, options.Thorough)));
    }

    [Fact]
    public void Resolve_UnknownEraser_NamesTheNearestAndThePlace()
    {
        var (_, diagnostics) = Resolve("erase:\n  - concept: bomb\n    eraser: sampel\n");

        var found = Assert.Single(diagnostics);
        Assert.Equal((DiagnosticId.UnknownEraser, "did you mean `sample`?", 5, 13), (found.Id, found.Hint, found.Location!.Line, found.Location.Column));
    }

    [Fact]
    public void Resolve_MistakeInDefaults_IsReportedOnce()
    {
        var (_, diagnostics) = Resolve("erase: [{ concept: bomb }, { concept: axe }]\ndefaults: { eraser: sample, options: { steps: 0 } }\n");

        Assert.Single(diagnostics);
    }

    [Fact]
    public void WriteOut_ReadBack_GivesTheSameBytes()
    {
        var reading = PolicyReader.ReadText(
            "version: 1\nname: test\nerase:\n  - { concept: \"it's 1e3: \\\"odd\\\"\", synonyms: [\"no\", \"08\"], eraser: sample, options: { inner: { name: \"- x\" } } }\n", "p.yaml");
        var diagnostics = new List<Diagnostic>();
        var erasures = ErasureResolver.Resolve(reading.Policy!, reading.Document!, [Sample], diagnostics);
        var first = PolicyWriter.Write(ErasureResolver.WriteOut(reading.Policy!, erasures));

        var again = PolicyReader.ReadText(first, "resolved.yaml");
        var erasuresAgain = ErasureResolver.Resolve(again.Policy!, again.Document!, [Sample], diagnostics);
        var second = PolicyWriter.Write(ErasureResolver.WriteOut(again.Policy!, erasuresAgain));

        Assert.Empty(diagnostics);
        Assert.Empty(again.Diagnostics);
        Assert.Equal(first, second);
        Assert.Equal(reading.Policy!.Erase[0].Concept, again.Policy!.Erase[0].Concept);
        Assert.Equal((SampleOptions)erasures[0].Options! with { Layers = [] }, (SampleOptions)erasuresAgain[0].Options! with { Layers = [] });
    }

    [Fact]
    public void Explain_Options_NameTheirOrigin()
    {
        var reading = PolicyReader.ReadText(
            "version: 1\nname: test\nerase:\n  - concept: bomb\n    options: { steps: 20 }\ndefaults: { eraser: sample, options: { thorough: true } }\n", "p.yaml");
        var erasures = ErasureResolver.Resolve(reading.Policy!, reading.Document!, [Sample], []);

        var origins = PolicyExplanation.Of(reading.Policy!, reading.Document!, erasures).ToDictionary(row => row.Key, row => row.Origin);

        Assert.Equal("line 5", origins["erase[0].options.steps"]);
        Assert.Equal("`defaults`, line 6", origins["erase[0].options.thorough"]);
        Assert.Equal("default of `sample`", origins["erase[0].options.learning-rate"]);
        Assert.Equal("default", origins["seed"]);
        Assert.Equal("line 2", origins["name"]);
    }

    [Fact]
    public void Schema_OfOptions_IsClosedAndBounded()
    {
        var schema = SchemaWriter.Write([Sample]);

        var options = schema["$defs"]!["sample-options"]!;
        Assert.False((bool)options["additionalProperties"]!);
        Assert.Equal(1, (int)options["properties"]!["steps"]!["minimum"]!);
        Assert.Equal(50, (long)options["properties"]!["steps"]!["default"]!);
        Assert.Equal("Optimiser steps", (string?)options["properties"]!["steps"]!["description"]);
        Assert.Equal(2, options["properties"]!["release"]!["enum"]!.AsArray().Count);
    }

    private static (SampleOptions? Options, IReadOnlyList<Diagnostic> Diagnostics) Bind(string yaml)
    {
        var reading = PolicyReader.ReadText($"version: 1\nname: test\nerase:\n  - concept: bomb\n    options: {yaml}\n", "p.yaml");
        Assert.Empty(reading.Diagnostics);
        var diagnostics = new List<Diagnostic>();
        var bound = OptionsBinder.Bind(typeof(SampleOptions), reading.Policy!.Erase[0].Options, "sample", "erase[0].options", diagnostics);
        return ((SampleOptions?)bound, diagnostics);
    }

    private static (IReadOnlyList<ResolvedErasure> Erasures, List<Diagnostic> Diagnostics) Resolve(string tail)
    {
        var reading = PolicyReader.ReadText("version: 1\nname: test\n" + tail, "p.yaml");
        Assert.Empty(reading.Diagnostics);
        var diagnostics = new List<Diagnostic>();
        return (ErasureResolver.Resolve(reading.Policy!, reading.Document!, [Sample], diagnostics), diagnostics);
    }
}

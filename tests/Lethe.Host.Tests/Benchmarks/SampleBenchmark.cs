using Lethe.Host.Benchmarks;
using Lethe.Host.Runs;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Tests.Benchmarks;

/// <summary>Benchmarks planned without plugins: erasers that exist by name only.</summary>
internal static class SampleBenchmark
{
    public const string Text = """
        version: 1
        name: sample
        title: A sample
        seed: 100
        pictures-per-prompt: 2
        erase:
          concepts:
            - { concept: cat, synonyms: [kitty], surrogate: panda }
            - { concept: dog, synonyms: [puppy] }
        keep:
          - { name: animals, concepts: [cat, horse] }
          - { name: things, concepts: [clock], told: false }
        erasers:
          - { name: One, eraser: uce }
          - { name: Two, eraser: uce }
        columns: [acc_e, acc_s, acc_g, h_o, things.acc, pixel_difference]
        published:
          - { name: Paper, model: Another, source: "Table 1", values: { cat: { acc_e: 12.5 }, average: { h_o: 90 } } }
        """;

    public static PreparedBenchmark Prepare(string text, params string[] erasers) => Prepare(text, new BenchmarkChoices { Erasers = erasers });

    public static PreparedBenchmark Prepare(string text, BenchmarkChoices choices)
    {
        var reading = BenchmarkReader.ReadText(text, "sample.yaml", choices.Quick);
        Assert.Empty(reading.Diagnostics);
        return BenchmarkPreparation.Of(reading.Benchmark!, reading.Document!, choices, Installed, _ => []);
    }

    private static Dictionary<string, EraserSource> Installed { get; } = new[] { "uce", "cpe" }.ToDictionary(id => id, id => new EraserSource
    {
        Metadata = new EraserMetadata { Id = id, Description = "stands in for the real one" },
        Plugin = new PluginStamp("lethe.baselines", "1.0.0", new string('0', 64)),
        Create = () => throw new InvalidOperationException("planning constructs no eraser"),
    });
}

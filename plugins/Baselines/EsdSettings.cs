using System.Globalization;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Erasers;

namespace Lethe.Plugins.Baselines;

/// <summary>Everything that decides a training: a preset with the options laid over it.</summary>
internal sealed record EsdSettings
{
    private static readonly string[] s_bare = ["{}"];

    public required EsdVariant Variant { get; init; }

    public required int Iterations { get; init; }

    public required double LearningRate { get; init; }

    public required int BatchSize { get; init; }

    /// <summary>eta.</summary>
    public required double NegativeGuidance { get; init; }

    public required EsdSampler Sampler { get; init; }

    public required EsdStopRule StopRule { get; init; }

    public required int SamplingSteps { get; init; }

    public required double StartGuidance { get; init; }

    public string? EraseFrom { get; init; }

    public required IReadOnlyList<string> Templates { get; init; }

    public static EsdSettings Of(EsdOptions options, IReadOnlyList<Concept> concepts, int textWidth)
    {
        var emoji = options.Preset == EsdPreset.Emoji || (options.Preset == EsdPreset.Auto && EmojiWorld.IsModelOf(textWidth));
        return new EsdSettings
        {
            Variant = options.Variant,
            // The authors train a list of concepts as long as one.
            Iterations = options.Iterations ?? (emoji ? 300 * concepts.Count : 1000),
            LearningRate = options.LearningRate ?? (emoji ? 1e-4 : 1e-5),
            BatchSize = options.BatchSize ?? (emoji ? 4 : 1),
            NegativeGuidance = options.NegativeGuidance,
            Sampler = options.Sampler,
            StopRule = options.StopRule ?? (emoji ? EsdStopRule.Aligned : EsdStopRule.Reference),
            SamplingSteps = options.SamplingSteps ?? (emoji ? 10 : 50),
            StartGuidance = options.StartGuidance,
            EraseFrom = options.EraseFrom,
            Templates = options.Templates ?? (emoji ? EmojiWorld.TemplatesFor(concepts) : s_bare),
        };
    }

    /// <summary>What is written into the edit's file.</summary>
    public IReadOnlyDictionary<string, string> Describe(ErasureRequest request, EraserContext context) => new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["erased"] = string.Join(", ", request.Concepts.SelectMany(concept => concept.Phrases)),
        ["variant"] = Variant.ToString(),
        ["sampler"] = Sampler == EsdSampler.Current ? "Current" : $"Legacy {StopRule}",
        ["iterations"] = Iterations.ToString(CultureInfo.InvariantCulture),
        ["learning-rate"] = LearningRate.ToString("R", CultureInfo.InvariantCulture),
        ["negative-guidance"] = NegativeGuidance.ToString("R", CultureInfo.InvariantCulture),
        ["seed"] = context.Seed.ToString(CultureInfo.InvariantCulture),
    };
}

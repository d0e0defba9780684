using System.Globalization;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Diffusion;

namespace Lethe.Plugins.AdvPreserve;

/// <summary>Everything that decides a training: preset and reading with the options laid over them.</summary>
internal sealed record AdvPreserveSettings
{
    private static readonly string[] s_bare = ["{}"];

    public required AdvPreserveOptions Options { get; init; }

    public required string Vocabulary { get; init; }

    public required int Iterations { get; init; }

    public required double LearningRate { get; init; }

    public required int BatchSize { get; init; }

    /// <summary>lambda.</summary>
    public required double PreserveWeight { get; init; }

    public required int PgdSteps { get; init; }

    public required LossSpace Space { get; init; }

    /// <summary>ng.</summary>
    public required double NegativeGuidance { get; init; }

    public required LatentSource Latents { get; init; }

    public required StopRule StopRule { get; init; }

    public required int SamplingSteps { get; init; }

    public required IReadOnlyList<string> Templates { get; init; }

    /// <summary>J: steps from one weight step to the next. The embedding's own gradient steps belong to the weight step.</summary>
    public int Cycle => Options.Search == SearchKind.Gumbel ? 1 + Options.SearchSteps : 1;

    public ParameterSelection Parameters => Options.Train switch
    {
        TrainedPart.X => ParameterSelection.CrossAttention,
        TrainedPart.U => ParameterSelection.ByName(name => !name.Contains(".attn2.", StringComparison.Ordinal)
            && !name.StartsWith("time_embedding.", StringComparison.Ordinal)
            && !name.StartsWith("conv_norm_out.", StringComparison.Ordinal) && !name.StartsWith("conv_out.", StringComparison.Ordinal)),
        TrainedPart.SelfAttention => ParameterSelection.ByName(name => name.Contains(".attn1.", StringComparison.Ordinal)),
        _ => ParameterSelection.All,
    };

    public static AdvPreserveSettings Of(AdvPreserveOptions options, IReadOnlyList<Concept> concepts, int textWidth)
    {
        var emoji = options.Preset == AdvPreservePreset.Emoji || (options.Preset == AdvPreservePreset.Auto && EmojiWorld.IsModelOf(textWidth));
        var code = options.Reading == LossReading.Code;
        var pgd = options.Search == SearchKind.Pgd;
        return new AdvPreserveSettings
        {
            Options = options,
            Vocabulary = options.Vocabulary ?? (emoji ? WordSource.Emoji : WordSource.English),
            // The authors train a list of concepts as long as one.
            Iterations = options.Iterations ?? (emoji ? 300 * concepts.Count : 1000),
            LearningRate = options.LearningRate ?? (emoji ? 1e-4 : 1e-5),
            BatchSize = options.BatchSize ?? (emoji ? 4 : 1),
            // On the built-in model L2 weighed as much as L1 leaves an eighth of one object and two thirds of five at once.
            PreserveWeight = options.PreserveWeight ?? (pgd ? 0.01 : emoji ? 0.1 : 1),
            PgdSteps = options.PgdSteps ?? (emoji ? 5 : 100),
            Space = options.Space ?? (code ? LossSpace.Picture : LossSpace.Noise),
            NegativeGuidance = options.NegativeGuidance ?? (code ? 1 : 0),
            Latents = pgd ? LatentSource.Shared : options.Latents ?? (code ? LatentSource.Own : LatentSource.Shared),
            StopRule = options.StopRule ?? (emoji ? StopRule.Aligned : StopRule.Reference),
            SamplingSteps = options.SamplingSteps ?? (emoji ? 10 : 50),
            Templates = options.Templates ?? (emoji ? EmojiWorld.TemplatesFor(concepts) : s_bare),
        };
    }

    /// <summary>What is written into the edit's file.</summary>
    public SortedDictionary<string, string> Describe(IReadOnlyList<Concept> concepts, long seed) => new(StringComparer.Ordinal)
    {
        ["erased"] = string.Join(", ", concepts.SelectMany(concept => concept.Phrases)),
        ["train"] = Options.Train.ToString(),
        ["search"] = Options.Search.ToString(),
        ["space"] = Space.ToString(),
        ["latents"] = Latents.ToString(),
        ["preserve-weight"] = PreserveWeight.ToString("R", CultureInfo.InvariantCulture),
        ["negative-guidance"] = NegativeGuidance.ToString("R", CultureInfo.InvariantCulture),
        ["iterations"] = Iterations.ToString(CultureInfo.InvariantCulture),
        ["learning-rate"] = LearningRate.ToString("R", CultureInfo.InvariantCulture),
        ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
    };
}

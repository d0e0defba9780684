using Lethe.Sdk.Anchors;

namespace Lethe.Plugins.RealEra;

/// <summary>Everything that decides an erasure: a preset with the options laid over it.</summary>
internal sealed record RealEraSettings
{
    public required IReadOnlyList<string> ObjectTemplates { get; init; }

    public required IReadOnlyList<string> StyleTemplates { get; init; }

    /// <summary>What an object becomes whose policy names no surrogate.</summary>
    public required string ObjectSurrogate { get; init; }

    public required string StyleSurrogate { get; init; }

    public bool ClosedForm { get; init; } = true;

    public bool NoiseAlignment { get; init; } = true;

    /// <summary>M; 0 without neighbour mining.</summary>
    public int Neighbours { get; init; } = 8;

    /// <summary>N; 0 without beyond-concept regularisation.</summary>
    public int FarPoints { get; init; } = 16;

    public double? Radius { get; init; }

    public double? AnchorRadius { get; init; }

    public double? FarRadius { get; init; }

    public double MaxCosine { get; init; } = 1;

    public double? MinCosine { get; init; }

    public NoiseShape Noise { get; init; } = NoiseShape.Block;

    /// <summary>lambda.</summary>
    public double BeyondWeight { get; init; } = 0.1;

    /// <summary>mu; null is chosen for <see cref="Contraction"/>.</summary>
    public double? Ridge { get; init; }

    /// <summary>kappa.</summary>
    public double Contraction { get; init; } = 0.1;

    public double PreserveWeight { get; init; } = 0.1;

    public bool PreserveNeighbours { get; init; } = true;

    public int Rank { get; init; } = 4;

    public LowRankLayers Layers { get; init; } = LowRankLayers.KeysValues;

    public int Epochs { get; init; } = 200;

    public int StepsPerEpoch { get; init; } = 1;

    public double LearningRate { get; init; } = 1e-5;

    /// <summary>gamma1.</summary>
    public double NeighbourLoss { get; init; } = 0.3;

    /// <summary>gamma2.</summary>
    public double BeyondLoss { get; init; } = 0.7;

    public TeacherModel Teacher { get; init; } = TeacherModel.Original;

    public int Pictures { get; init; } = 8;

    public int PictureSteps { get; init; } = 30;

    public double PictureGuidance { get; init; } = 7.5;

    public int BatchSize { get; init; } = 1;

    /// <summary>Steps of training for each concept.</summary>
    public int Steps => NoiseAlignment ? checked(Epochs * StepsPerEpoch) : 0;

    /// <summary>The settings of a request.</summary>
    /// <param name="options">What the policy asks for.</param>
    /// <param name="textWidth">Width D of the model's text states.</param>
    public static RealEraSettings Of(RealEraOptions options, long textWidth)
    {
        var preset = options.Preset == RealEraPreset.Emoji || (options.Preset == RealEraPreset.Auto && EmojiWorld.IsModelOf(textWidth)) ? Emoji : Sd14;
        return preset with
        {
            ObjectTemplates = options.Templates ?? preset.ObjectTemplates,
            StyleTemplates = options.Templates ?? preset.StyleTemplates,
            ClosedForm = options.ClosedForm,
            NoiseAlignment = options.NoiseAlignment,
            Neighbours = options.NeighbourMining ? options.Neighbours ?? preset.Neighbours : 0,
            FarPoints = options.BeyondConcept ? options.FarPoints ?? preset.FarPoints : 0,
            Radius = options.Radius,
            AnchorRadius = options.AnchorRadius,
            FarRadius = options.FarRadius,
            MaxCosine = options.MaxCosine,
            MinCosine = options.MinCosine,
            Noise = options.Noise,
            BeyondWeight = options.BeyondWeight ?? preset.BeyondWeight,
            Ridge = options.Ridge,
            Contraction = options.Contraction ?? preset.Contraction,
            PreserveWeight = options.PreserveWeight ?? preset.PreserveWeight,
            PreserveNeighbours = options.PreserveNeighbours,
            Rank = options.Rank ?? preset.Rank,
            Layers = options.Layers,
            Epochs = options.Epochs ?? preset.Epochs,
            StepsPerEpoch = options.StepsPerEpoch ?? preset.StepsPerEpoch,
            LearningRate = options.LearningRate ?? preset.LearningRate,
            NeighbourLoss = options.NeighbourLoss ?? preset.NeighbourLoss,
            BeyondLoss = options.BeyondLoss ?? preset.BeyondLoss,
            Teacher = options.Teacher,
            Pictures = options.Pictures ?? preset.Pictures,
            PictureSteps = options.PictureSteps ?? preset.PictureSteps,
            PictureGuidance = options.PictureGuidance ?? preset.PictureGuidance,
            BatchSize = options.BatchSize ?? preset.BatchSize,
        };
    }

    /// <summary>The limits around points <c>e [k, m]</c>, whose size decides what a radius means as a cosine.</summary>
    public Neighbourhood LimitsAt(Tensor e)
    {
        var norm = e.norm(1).mean().to(ScalarType.Float64).ToDouble();
        return Neighbourhood.Of(Radius, AnchorRadius, FarRadius, MaxCosine, MinCosine, Math.Sqrt(e.shape[1]) / norm);
    }

    /// <summary>Each phrase of a concept in each sentence, and its surrogate in the same.</summary>
    public IReadOnlyList<(Sentence Concept, Sentence Anchor)> SentencesOf(Concept concept)
    {
        var (templates, surrogate) = concept.Kind == ConceptKind.Style ? (StyleTemplates, StyleSurrogate) : (ObjectTemplates, ObjectSurrogate);
        var anchor = concept.Surrogate.Length > 0 ? concept.Surrogate : surrogate;
        return [.. concept.Phrases.SelectMany(phrase => templates
            .Select(template => (Sentence.Of(template, phrase), Sentence.Of(template, anchor)))).Distinct()];
    }

    private static RealEraSettings Sd14 => new()
    {
        ObjectTemplates = ["a photo of the {}"],
        StyleTemplates = ["an artwork by {}"],
        ObjectSurrogate = "sky",
        StyleSurrogate = "art",
    };

    private static RealEraSettings Emoji => new()
    {
        ObjectTemplates = ["a picture of {a}", "a drawing of {a}", "an emoji of {a}", "{}"],
        StyleTemplates = ["a picture in the style of {}", "a {} emoji", "a {} drawing", "a picture of a cat in the style of {}"],
        ObjectSurrogate = "thing",
        StyleSurrogate = "picture",
        LearningRate = 1e-4,
        PictureSteps = 20,
        PictureGuidance = 5,
        BatchSize = 4,
    };
}

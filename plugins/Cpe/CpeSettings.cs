using Lethe.Sdk.Anchors;

namespace Lethe.Plugins.Cpe;

/// <summary>Everything that decides a concept's training: a preset with the options laid over it.</summary>
internal sealed record CpeSettings
{
    public required AdapterShape Shape { get; init; }

    /// <summary>eta.</summary>
    public required double Guidance { get; init; }

    public required double AnchorWeight { get; init; }

    public required int Stages { get; init; }

    public required int FirstIterations { get; init; }

    public required int Iterations { get; init; }

    public required int AttackIterations { get; init; }

    /// <summary>Attacks at once; 0 without RARE.</summary>
    public required int Attacks { get; init; }

    public required int AnchorBatch { get; init; }

    /// <summary>Of the first stage; later stages use a tenth.</summary>
    public required double LearningRate { get; init; }

    public double AttackLearningRate { get; init; } = 1e-2;

    /// <summary>Largest first value of the gate's matrix <c>A</c>; null takes the authors', which is next to nothing.</summary>
    public double? QueryBound { get; init; }

    public int Warmup { get; init; } = 5;

    public int AttackWarmup { get; init; } = 5;

    public double NoiseScale { get; init; } = 0.001;

    public bool Mixup { get; init; } = true;

    /// <summary>What a concept becomes whose policy names no surrogate; null takes the nearest name of the pool that is not erased.</summary>
    public required string? Surrogate { get; init; }

    public required IReadOnlyList<string> Templates { get; init; }

    /// <summary>Anchors that are always taken: names for the templates, or whole sentences.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>Words are sentences of their own and take no template.</summary>
    public bool WordsAreSentences { get; init; }

    public required IReadOnlyList<string> Pool { get; init; }

    public required int NearestAnchors { get; init; }

    public required int AnchorPrompts { get; init; }

    /// <summary>The settings of one concept.</summary>
    /// <param name="options">What the policy asks for.</param>
    /// <param name="kind">The concept's kind.</param>
    /// <param name="textWidth">Width D of the model's text states.</param>
    public static CpeSettings Of(CpeOptions options, ConceptKind kind, long textWidth)
    {
        var preset = (options.Preset, EmojiWorld.IsModelOf(textWidth), kind) switch
        {
            (CpePreset.Auto, true, _) or (CpePreset.Emoji, _, _) => Emoji(kind),
            (CpePreset.Auto, _, ConceptKind.Style) or (CpePreset.Artist, _, _) => Artist,
            (CpePreset.Explicit, _, _) => Explicit,
            _ => Celebrity,
        };
        return preset with
        {
            Shape = new AdapterShape
            {
                GateRank = options.GateRank ?? preset.Shape.GateRank,
                Rank = options.Rank ?? preset.Shape.Rank,
                Attention = options.Attention,
                Gated = options.Gate == Switch.On,
            },
            Guidance = options.Guidance ?? preset.Guidance,
            AnchorWeight = options.AnchorWeight ?? preset.AnchorWeight,
            Stages = options.Stages ?? preset.Stages,
            FirstIterations = options.FirstIterations ?? preset.FirstIterations,
            Iterations = options.Iterations ?? preset.Iterations,
            AttackIterations = options.AttackIterations ?? preset.AttackIterations,
            Attacks = options.Rare == Switch.Off ? 0 : options.Attacks ?? preset.Attacks,
            AnchorBatch = options.AnchorBatch ?? preset.AnchorBatch,
            LearningRate = options.LearningRate ?? preset.LearningRate,
            NoiseScale = options.NoiseScale,
            Mixup = options.Mixup is { } mixup ? mixup == Switch.On : preset.Mixup,
            Templates = options.Templates ?? preset.Templates,
            Pool = options.AnchorPool is { } pool ? WordList.Pool(pool) : preset.Pool,
            NearestAnchors = options.NearestAnchors ?? preset.NearestAnchors,
            AnchorPrompts = options.AnchorPrompts ?? preset.AnchorPrompts,
        };
    }

    // Values of the authors' launch scripts; where paper and script differ, the README says which is taken.
    private static CpeSettings Celebrity => new()
    {
        Shape = new AdapterShape { GateRank = 16, Rank = 1 },
        Guidance = 0.3,
        AnchorWeight = 1e5,
        Stages = 5,
        FirstIterations = 1800,
        Iterations = 450,
        AttackIterations = 450,
        Attacks = 16,
        AnchorBatch = 32,
        LearningRate = 3e-4,
        Surrogate = "a person",
        Templates = WordList.Named("templates-person"),
        Words = WordList.Named("words-person"),
        Pool = WordList.Named("people"),
        NearestAnchors = 50,
        AnchorPrompts = 4096,
    };

    private static CpeSettings Artist => Celebrity with
    {
        Guidance = 0.5,
        AnchorWeight = 1e4,
        Stages = 10,
        AnchorBatch = 16,
        Surrogate = "real photograph",
        Templates = WordList.Named("templates-artist"),
        Words = WordList.Named("words-artist"),
        Pool = WordList.Named("artists"),
    };

    private static CpeSettings Explicit => Celebrity with
    {
        Shape = new AdapterShape { GateRank = 64, Rank = 4 },
        Guidance = 3,
        AnchorWeight = 1e4,
        Stages = 20,
        FirstIterations = 2400,
        Iterations = 1200,
        AttackIterations = 1200,
        Attacks = 64,
        AnchorBatch = 16,
        Warmup = 10,
        Surrogate = "a person in modest clothing",
        Templates = WordList.Named("templates-caption"),
        Words = WordList.Named("sentences"),
        WordsAreSentences = true,
        Pool = [],
    };

    private static CpeSettings Emoji(ConceptKind kind) => Celebrity with
    {
        Guidance = 0.3,
        // The built-in model's text states lie close together: with the paper's weight a concept that resembles an anchor stays.
        AnchorWeight = kind == ConceptKind.Style ? 1e3 : 3e3,
        // From the authors' start, and at twice the learning rate, one concept in four ends with a gate that is open to every prompt.
        QueryBound = 0.0625,
        Stages = 3,
        FirstIterations = 900,
        Iterations = 200,
        AttackIterations = 100,
        Attacks = 8,
        AnchorBatch = 16,
        // Of a mixture the gate sees neither part: pairs hide which names it is open to, and neighbours are lost. Styles are few, and lose none.
        Mixup = kind == ConceptKind.Style,
        LearningRate = 5e-4,
        // "a thing" is no word of the built-in world: the model goes on drawing the concept.
        Surrogate = null,
        Words = [],
        Templates = WordList.Named(kind == ConceptKind.Style ? "templates-emoji-style" : "templates-emoji-object"),
        Pool = WordList.Named(kind == ConceptKind.Style ? "emoji-styles" : "emoji-objects"),
        NearestAnchors = 200,
        AnchorPrompts = 1500,
    };
}

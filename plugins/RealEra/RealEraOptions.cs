using System.ComponentModel.DataAnnotations;
using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Erasers;

namespace Lethe.Plugins.RealEra;

/// <summary>Options of <c>realera</c>; what is left out comes from the preset.</summary>
public sealed record RealEraOptions : IValidatesOptions
{
    /// <summary>Settings to start from: the paper's with its gaps filled, or ours for the built-in model.</summary>
    public RealEraPreset Preset { get; init; } = RealEraPreset.Auto;

    /// <summary>Component A: the exact solution for keys and values.</summary>
    public bool ClosedForm { get; init; } = true;

    /// <summary>Component B: train low-rank factors until the concept's noise is its surrogate's.</summary>
    public bool NoiseAlignment { get; init; } = true;

    /// <summary>Component C: erase random points around the concept with it.</summary>
    public bool NeighbourMining { get; init; } = true;

    /// <summary>Component D: keep random points farther away.</summary>
    public bool BeyondConcept { get; init; } = true;

    /// <summary>Neighbours of each prompt in the closed form (M).</summary>
    [Range(1, 256)]
    public int? Neighbours { get; init; }

    /// <summary>Far points of each prompt in the closed form (N).</summary>
    [Range(1, 1024)]
    public int? FarPoints { get; init; }

    /// <summary>How far neighbours reach (D1), as a share of the embedding's norm; absent: from `min-cosine`, or 0.6.</summary>
    [Range(0.01, 10.0)]
    public double? Radius { get; init; }

    /// <summary>How far the surrogate of a neighbour strays (D1'), as a share of the norm; absent: a third of the radius.</summary>
    [Range(0.0, 10.0)]
    public double? AnchorRadius { get; init; }

    /// <summary>How far the far points reach (D2), as a share of the norm; absent: twice the radius.</summary>
    [Range(0.01, 20.0)]
    public double? FarRadius { get; init; }

    /// <summary>Neighbours are at most this similar to the concept (S1).</summary>
    [Range(-1.0, 1.0)]
    public double MaxCosine { get; init; } = 1;

    /// <summary>Neighbours are at least this similar to the concept, far points less (S2); absent: what points at the radius are.</summary>
    [Range(-1.0, 1.0)]
    public double? MinCosine { get; init; }

    /// <summary>What one random point is: noise on the whole block of rows, on each row by itself, or one vector shared by all rows.</summary>
    public NoiseShape Noise { get; init; } = NoiseShape.Block;

    /// <summary>Weight of far points in the closed form (lambda).</summary>
    [Range(0.0, 1e6)]
    public double? BeyondWeight { get; init; }

    /// <summary>Pull towards the old weights (mu); absent: chosen for `contraction`; 0 takes the smallest change that solves the paper's equation.</summary>
    [Range(0.0, 1e9)]
    public double? Ridge { get; init; }

    /// <summary>By what share unrelated directions may shrink (kappa); it decides the ridge.</summary>
    [Range(0.001, 0.999)]
    public double? Contraction { get; init; }

    /// <summary>Weight of the prompts that the policy preserves; 0 leaves them out.</summary>
    [Range(0.0, 1e6)]
    public double? PreserveWeight { get; init; }

    /// <summary>Also preserve the neighbours that the policy names for each concept.</summary>
    public bool PreserveNeighbours { get; init; } = true;

    /// <summary>Sentences to erase the concept in; `{}` stands for it, `{a}` for it after `a` or `an`.</summary>
    [MinLength(1)]
    [MaxLength(100)]
    public IReadOnlyList<string>? Templates { get; init; }

    /// <summary>Rank of the factors.</summary>
    [Range(1, 256)]
    public int? Rank { get; init; }

    /// <summary>Layers that get factors.</summary>
    public LowRankLayers Layers { get; init; } = LowRankLayers.KeysValues;

    /// <summary>Epochs of the training, for each concept.</summary>
    [Range(1, 100_000)]
    public int? Epochs { get; init; }

    /// <summary>Steps of an epoch: 1 as Algorithm 1 reads, or as many as there are pictures.</summary>
    [Range(1, 1000)]
    public int? StepsPerEpoch { get; init; }

    /// <summary>Learning rate of AdamW.</summary>
    [Range(1e-8, 1.0)]
    public double? LearningRate { get; init; }

    /// <summary>Weight of a neighbour's noise in even steps (gamma1).</summary>
    [Range(0.0, 1e3)]
    public double? NeighbourLoss { get; init; }

    /// <summary>Weight of a far point's noise in even steps (gamma2).</summary>
    [Range(0.0, 1e3)]
    public double? BeyondLoss { get; init; }

    /// <summary>Whose noise is imitated: that of the original model, or of the model after the closed form.</summary>
    public TeacherModel Teacher { get; init; } = TeacherModel.Original;

    /// <summary>Pictures of the surrogate to train on.</summary>
    [Range(1, 1000)]
    public int? Pictures { get; init; }

    /// <summary>Sampling steps of each picture.</summary>
    [Range(1, 1000)]
    public int? PictureSteps { get; init; }

    /// <summary>Guidance of each picture.</summary>
    [Range(0.0, 50.0)]
    public double? PictureGuidance { get; init; }

    /// <summary>Noisy pictures of a training step.</summary>
    [Range(1, 64)]
    public int? BatchSize { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<Diagnostic> Validate()
    {
        var found = new List<Diagnostic>();
        foreach (var template in (Templates ?? []).Where(template => !Sentence.IsValid(template)))
            Refuse($"template `{template}` must hold `{{}}` or `{{a}}` exactly once");
        if (!ClosedForm && !NoiseAlignment)
            Refuse("`closed-form` and `noise-alignment` are both `false`, so nothing would be erased", "remove one of the two");
        if (MinCosine > MaxCosine)
            Refuse($"`min-cosine` is {MinCosine}, expected at most `max-cosine`, {MaxCosine}");
        if (FarRadius <= Radius)
            Refuse($"`far-radius` is {FarRadius}, expected more than `radius`, {Radius}");
        if (Ridge is not null && Contraction is not null)
            Refuse("`ridge` and `contraction` are both given, but the one decides the other", "remove one of the two");
        return found;

        void Refuse(string problem, string? hint = null) => found.Add(Diagnostic.Error(DiagnosticId.BadEraserOptions, problem, hint));
    }
}

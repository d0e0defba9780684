using System.ComponentModel.DataAnnotations;
using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Erasers;
using Lethe.Sdk.Training;

namespace Lethe.Plugins.Baselines;

/// <summary>Options of <c>esd</c>; what is left out comes from the preset.</summary>
public sealed record EsdOptions : IValidatesOptions
{
    /// <summary>Settings to start from: the authors' for Stable Diffusion 1.4, or ours for the built-in model.</summary>
    public EsdPreset Preset { get; init; } = EsdPreset.Auto;

    /// <summary>Which parameters are trained.</summary>
    public EsdVariant Variant { get; init; } = EsdVariant.X;

    /// <summary>Training steps of all concepts together; absent: 1000 for `sd14`, 300 for each concept for `emoji`.</summary>
    [Range(1, 100_000)]
    public int? Iterations { get; init; }

    /// <summary>Learning rate of Adam; absent: 1e-5 for `sd14`, 1e-4 for `emoji`.</summary>
    [Range(1e-8, 1e-1)]
    public double? LearningRate { get; init; }

    /// <summary>Pictures a step; absent: 1 for `sd14`, 4 for `emoji`.</summary>
    [Range(1, 64)]
    public int? BatchSize { get; init; }

    /// <summary>How far beyond the empty prompt the concept is pushed (eta); 0 stops there. The rewrite's scale is one more.</summary>
    [Range(0.0, 20.0)]
    public double NegativeGuidance { get; init; } = 1;

    /// <summary>Where the pictures come from on which it trains.</summary>
    public EsdSampler Sampler { get; init; } = EsdSampler.Legacy;

    /// <summary>Where the `legacy` sampler stops; absent: `reference` for `sd14`, `aligned` for `emoji`.</summary>
    public EsdStopRule? StopRule { get; init; }

    /// <summary>Steps of a whole picture; a training step takes half of them on average. Absent: 50 for `sd14`, 10 for `emoji`.</summary>
    [Range(2, 250)]
    public int? SamplingSteps { get; init; }

    /// <summary>Guidance scale of the pictures on which it trains; 1 means none.</summary>
    [Range(1.0, 30.0)]
    public double StartGuidance { get; init; } = 3;

    /// <summary>A prompt that shall lose the concept and keep the rest, such as `a cowboy` for the concept `hat`; absent: the concept itself.</summary>
    public string? EraseFrom { get; init; }

    /// <summary>Sentences to erase the concept in; `{}` stands for it, `{a}` for it after `a` or `an`. Absent: the bare concept for `sd14`, four sentences for `emoji`.</summary>
    [MinLength(1), MaxLength(1000)]
    public IReadOnlyList<string>? Templates { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<Diagnostic> Validate()
    {
        var found = (Templates ?? []).Where(template => !ConceptPrompts.IsTemplate(template))
            .Select(template => Diagnostic.Error(DiagnosticId.BadEraserOptions, $"template `{template}` must hold `{{}}` or `{{a}}` once, and no other braces"))
            .ToList();
        if (Sampler == EsdSampler.Current && StopRule is not null)
        {
            found.Add(Diagnostic.Error(DiagnosticId.BadEraserOptions, "`stop-rule` belongs to sampler `legacy`, the policy asks for sampler `current`",
                "remove one of the two; `current` always stops where the networks are told"));
        }

        return found;
    }
}

using System.ComponentModel.DataAnnotations;
using Lethe.Diffusion.Sampling;

namespace Lethe.Host.Policies;

/// <summary>How the effect of a policy is measured.</summary>
public sealed record EvaluationSettings
{
    /// <summary>Prompts for objects; `{}` stands for the concept, `{a}` for the concept with its article.</summary>
    [MinLength(1)] public IReadOnlyList<string> Prompts { get; init; } = ["a picture of {a}"];

    /// <summary>Prompts for styles; `{}` stands for the style.</summary>
    [MinLength(1)]
    public IReadOnlyList<string> StylePrompts { get; init; } =
        ["a {} emoji of a cat", "a picture of a house in the style of {}", "a {} drawing of a tree"];

    /// <summary>Pictures per prompt, each with its own seed; the same seeds before and after.</summary>
    [Range(1, 1000)] public int PicturesPerPrompt { get; init; } = 4;

    /// <summary>Sampling steps per picture.</summary>
    [Range(1, 1000)] public int Steps { get; init; } = 30;

    /// <summary>Classifier-free guidance scale; 1 is no guidance.</summary>
    [Range(0.0, 50.0)] public double GuidanceScale { get; init; } = 5;

    /// <summary>Sampler.</summary>
    public SamplerKind Scheduler { get; init; } = SamplerKind.Ddim;

    /// <summary>Noise that `ddim` adds between steps: 0 none, 1 as much as `ddpm`.</summary>
    [Range(0.0, 1.0)] public double Eta { get; init; }

    /// <summary>Number format in which the model computes while it draws: `float16` on CUDA only; erasers always compute in `float32`.</summary>
    public WeightFormat Dtype { get; init; } = WeightFormat.Float32;

    /// <summary>Concepts on which preservation is measured; all preserve lists together when left out.</summary>
    public IReadOnlyList<string> PreserveConcepts { get; init; } = [];
}

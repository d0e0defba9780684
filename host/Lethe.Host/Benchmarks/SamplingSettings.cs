using System.ComponentModel.DataAnnotations;
using Lethe.Diffusion.Sampling;

namespace Lethe.Host.Benchmarks;

/// <summary>How the pictures of a benchmark are drawn.</summary>
public sealed record SamplingSettings
{
    /// <summary>Sampling steps per picture.</summary>
    [Range(1, 1000)] public int Steps { get; init; } = 30;

    /// <summary>Classifier-free guidance scale; 1 is no guidance.</summary>
    [Range(0.0, 50.0)] public double GuidanceScale { get; init; } = 5;

    /// <summary>Sampler.</summary>
    public SamplerKind Scheduler { get; init; } = SamplerKind.Ddim;
}

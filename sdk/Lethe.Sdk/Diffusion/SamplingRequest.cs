namespace Lethe.Sdk.Diffusion;

/// <summary>What <see cref="ISampler.Sample"/> shall draw.</summary>
public sealed class SamplingRequest
{
    /// <summary>One prompt for each picture.</summary>
    public required IReadOnlyList<string> Prompts { get; init; }

    /// <summary>One seed for each picture, as many as <see cref="Prompts"/>.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>What to steer away from, for every picture.</summary>
    public string NegativePrompt { get; init; } = "";

    /// <summary>Sampling steps, at least 1.</summary>
    public int Steps { get; init; } = 30;

    /// <summary>Weight of classifier-free guidance, at least 0; 1 means no guidance.</summary>
    public double GuidanceScale { get; init; } = 7.5;

    /// <summary>Stop before the first step whose timestep is below this one and return the noisy latents; null runs to the end.</summary>
    public int? StopAtTimestep { get; init; }
}

namespace Lethe.Diffusion.Sampling;

/// <summary>What a sampling run needs besides prompts and seeds.</summary>
public sealed record SamplerSettings
{
    public SamplerKind Kind { get; init; } = SamplerKind.Ddim;

    /// <summary>Sampling steps, 1 to T.</summary>
    public int Steps { get; init; } = 30;

    /// <summary>Weight of classifier-free guidance, at least 0; 1 means none, and then the negative prompt costs nothing.</summary>
    public double GuidanceScale { get; init; } = 7.5;

    /// <summary>DDIM only: 0 is deterministic, 1 adds as much noise as DDPM.</summary>
    public double Eta { get; init; }

    /// <summary>Stop before the first step whose timestep is below this one; null runs to the end.</summary>
    public int? StopAtTimestep { get; init; }
}

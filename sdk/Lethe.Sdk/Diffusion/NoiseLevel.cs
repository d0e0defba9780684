namespace Lethe.Sdk.Diffusion;

/// <summary>Where a partly denoised picture shall stop, from <see cref="PartialSampler.DrawLevel"/>.</summary>
/// <param name="Bucket">Index into the rising grid, 0 to steps - 1; its timestep is <c>bucket * stride + 1</c>.</param>
/// <param name="Timestep">The timestep that networks are told.</param>
public readonly record struct NoiseLevel(int Bucket, int Timestep);

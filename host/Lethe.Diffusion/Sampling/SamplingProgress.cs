namespace Lethe.Diffusion.Sampling;

/// <summary>Where a run of several batches stands.</summary>
/// <param name="Step">Steps done, over all batches.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Pictures">Pictures finished.</param>
public readonly record struct SamplingProgress(int Step, int Steps, int Pictures);

namespace Lethe.Sdk.Erasers;

/// <summary>A guidance rule at work on one batch.</summary>
public interface IGuidanceRun : IDisposable
{
    /// <summary>The noise that the sampler shall use.</summary>
    /// <param name="step">The step's predictions.</param>
    /// <returns><c>[B, C, h, w]</c>; the caller disposes it.</returns>
    Tensor Combine(GuidanceStep step);
}

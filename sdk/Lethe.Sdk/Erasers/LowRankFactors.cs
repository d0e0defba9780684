namespace Lethe.Sdk.Erasers;

/// <summary>Two thin matrices whose product <c>Up Down</c> is added to a parameter.</summary>
public sealed class LowRankFactors
{
    /// <summary><c>[r, in]</c>, applied first.</summary>
    public required Tensor Down { get; init; }

    /// <summary><c>[out, r]</c>, applied second.</summary>
    public required Tensor Up { get; init; }
}

namespace Lethe.Sdk.Erasers;

/// <summary>
/// Optional power of an <see cref="IProjectionAdapter"/>: adapters on one network that must act jointly, for example because the
/// strongest of them wins, instead of one after the other.
/// </summary>
public interface IJoiningAdapter : IProjectionAdapter
{
    /// <summary>One adapter that acts for this one and for one that was attached later.</summary>
    /// <param name="next">The adapter attached later; neither is changed, and either may act alone again when the other is detached.</param>
    /// <returns>The joint adapter, which takes this one's place; null when the two act one after the other.</returns>
    IProjectionAdapter? TryJoin(IProjectionAdapter next);
}

using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Policies;

/// <summary>A list of values.</summary>
/// <param name="Items">The values in the order of the file.</param>
/// <param name="Location">Where the list starts.</param>
public sealed record PolicyList(IReadOnlyList<PolicyNode> Items, SourceLocation Location) : PolicyNode(Location);

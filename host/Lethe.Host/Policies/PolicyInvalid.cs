using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Policies;

/// <summary>Stands where something was refused already, so that nobody complains about it twice.</summary>
/// <param name="Location">Where the refused value starts.</param>
public sealed record PolicyInvalid(SourceLocation Location) : PolicyNode(Location);

using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Policies;

/// <summary>A value of a policy file together with the place where it stands.</summary>
/// <param name="Location">Where the value starts.</param>
public abstract record PolicyNode(SourceLocation Location);

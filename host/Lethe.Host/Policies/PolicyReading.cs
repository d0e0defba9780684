using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Policies;

/// <summary>What reading a policy file gave.</summary>
/// <param name="Policy">The policy; null when any diagnostic is an error.</param>
/// <param name="Diagnostics">Everything that is wrong or doubtful, in the order of the file.</param>
/// <param name="Document">The file as written; null when it is no YAML mapping.</param>
public sealed record PolicyReading(Policy? Policy, IReadOnlyList<Diagnostic> Diagnostics, PolicyDocument? Document);

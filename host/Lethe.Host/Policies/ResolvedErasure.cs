namespace Lethe.Host.Policies;

/// <summary>A concept with its eraser found and the eraser's options bound.</summary>
/// <param name="Concept">What the policy says about it.</param>
/// <param name="Eraser">Id of the eraser.</param>
/// <param name="Options">The bound options record; null when the eraser has none.</param>
/// <param name="OptionKeys">The policy's own option keys: the concept's over those of the defaults.</param>
public sealed record ResolvedErasure(ErasedConcept Concept, string Eraser, object? Options, PolicyMapping OptionKeys);

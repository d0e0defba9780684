namespace Lethe.Host.Runs;

/// <summary>A picture that <c>lethe evaluate</c> asks for.</summary>
/// <param name="Object">The object the prompt names.</param>
/// <param name="Style">The style it names; null for a plain prompt.</param>
/// <param name="Prompt">The prompt, word for word.</param>
/// <param name="Seed">Seed of the initial noise.</param>
/// <param name="Extra">Asked for only because the cell was held out of the training: it counts in the figures of held-out cells and in no other.</param>
public sealed record AskedCell(string Object, string? Style, string Prompt, long Seed, bool Extra);

namespace Lethe.Training.Data;

/// <summary>A caption and what it says.</summary>
/// <param name="Text">The text given to the tokenizer.</param>
/// <param name="Word">The name or synonym used for the object; null when the caption names the style only.</param>
/// <param name="Style">The style named; null when none is.</param>
public sealed record Caption(string Text, string? Word, string? Style);

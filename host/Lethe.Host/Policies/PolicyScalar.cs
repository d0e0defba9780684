using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Policies;

/// <summary>One word, number or text.</summary>
/// <param name="Text">The value without quotes.</param>
/// <param name="IsQuoted">Whether it was written in quotes or as a block, and so is text whatever it looks like.</param>
/// <param name="Location">Where the value starts.</param>
public sealed record PolicyScalar(string Text, bool IsQuoted, SourceLocation Location) : PolicyNode(Location);

using System.Globalization;

namespace Lethe.Sdk.Diagnostics;

/// <summary>A place in a text file.</summary>
/// <param name="File">The path as the user wrote it.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
public sealed record SourceLocation(string File, int Line, int Column)
{
    /// <summary><c>file:line:column</c>, which editors and terminals make clickable.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}");
}

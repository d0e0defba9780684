namespace Lethe.Sdk.Diagnostics;

/// <summary>Something the user must know, as a value. Loading, policy reading and validation return lists of these; they do not throw.</summary>
/// <param name="Id">One of <see cref="DiagnosticId"/>, stable across versions.</param>
/// <param name="Severity">Warning or error.</param>
/// <param name="Message">What, where, the value and what was expected; literals in backticks, no final period.</param>
/// <param name="Location">The place in a file, when there is one.</param>
/// <param name="Hint">The way out, when one is known.</param>
public sealed record Diagnostic(string Id, Severity Severity, string Message, SourceLocation? Location = null, string? Hint = null)
{
    /// <summary>An error without a location.</summary>
    /// <param name="id">One of <see cref="DiagnosticId"/>.</param>
    /// <param name="message">What, where, the value and what was expected.</param>
    /// <param name="hint">The way out, when one is known.</param>
    public static Diagnostic Error(string id, string message, string? hint = null) => new(id, Severity.Error, message, null, hint);

    /// <summary>A warning without a location.</summary>
    /// <param name="id">One of <see cref="DiagnosticId"/>.</param>
    /// <param name="message">What, where and the value.</param>
    /// <param name="hint">The way out, when one is known.</param>
    public static Diagnostic Warning(string id, string message, string? hint = null) => new(id, Severity.Warning, message, null, hint);

    /// <summary><c>file:1:2: error[LTH2002]: message</c>, then a blank line and the hint.</summary>
    public override string ToString()
    {
        var place = Location is null ? "" : $"{Location}: ";
        var word = Severity == Severity.Error ? "error" : "warning";
        var hint = Hint is null ? "" : $"\n\nhint: {Hint}";
        return $"{place}{word}[{Id}]: {Message}{hint}";
    }
}

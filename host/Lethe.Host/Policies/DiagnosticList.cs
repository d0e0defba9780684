using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Policies;

/// <summary>Collecting diagnostics with their places.</summary>
internal static class DiagnosticList
{
    /// <summary>Adds an error that stands at a place in the policy.</summary>
    public static void Refuse(this List<Diagnostic> diagnostics, string id, string message, SourceLocation? location = null, string? hint = null) =>
        diagnostics.Add(new Diagnostic(id, Severity.Error, message, location is { Line: > 0 } ? location : null, hint));

    /// <summary>Adds a warning that stands at a place in the policy.</summary>
    public static void Warn(this List<Diagnostic> diagnostics, string id, string message, SourceLocation? location = null, string? hint = null) =>
        diagnostics.Add(new Diagnostic(id, Severity.Warning, message, location is { Line: > 0 } ? location : null, hint));

    /// <summary>Whether any of them is an error.</summary>
    public static bool HasErrors(this IEnumerable<Diagnostic> diagnostics) => diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error);
}

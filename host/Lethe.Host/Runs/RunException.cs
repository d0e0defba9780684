using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Runs;

/// <summary>A run that cannot go on for a reason the user can act on: what to print and how the process ends.</summary>
public sealed class RunException(ExitCode exitCode, IReadOnlyList<Diagnostic> diagnostics, Exception? inner = null)
    : Exception(diagnostics[0].Message, inner)
{
    /// <summary>A fault with one message.</summary>
    public RunException(ExitCode exitCode, string id, string message, string? hint = null, Exception? inner = null)
        : this(exitCode, [Diagnostic.Error(id, message, hint: hint)], inner)
    {
    }

    /// <summary>How the process ends.</summary>
    public ExitCode ExitCode { get; } = exitCode;

    /// <summary>What the user is told.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; } = diagnostics;
}

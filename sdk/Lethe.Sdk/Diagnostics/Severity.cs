namespace Lethe.Sdk.Diagnostics;

/// <summary>How much a <see cref="Diagnostic"/> matters.</summary>
public enum Severity
{
    /// <summary>Work goes on; the user should know.</summary>
    Warning,

    /// <summary>The named thing was refused or failed.</summary>
    Error,
}

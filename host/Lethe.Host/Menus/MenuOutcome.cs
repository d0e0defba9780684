namespace Lethe.Host.Menus;

/// <summary>How a run that was started from the menu ended.</summary>
/// <param name="ExitCode">What <c>lethe apply</c> would have ended with.</param>
/// <param name="Lines">What it would have said.</param>
/// <param name="Report">Path of the report; null when there is none.</param>
public sealed record MenuOutcome(ExitCode ExitCode, IReadOnlyList<string> Lines, string? Report);

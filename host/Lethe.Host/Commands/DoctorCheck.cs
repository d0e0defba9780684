namespace Lethe.Host.Commands;

/// <summary>One thing that <c>doctor</c> looked at.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Holds">Whether Lethe can work with it.</param>
/// <param name="Finding">What was found.</param>
/// <param name="Hint">The way out when it does not hold.</param>
internal sealed record DoctorCheck(string Name, bool Holds, string Finding, string? Hint = null);

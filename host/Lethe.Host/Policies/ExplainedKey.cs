namespace Lethe.Host.Policies;

/// <summary>One key of a policy, as <c>policy explain</c> shows it.</summary>
/// <param name="Key">Path of the key.</param>
/// <param name="Value">The value that will be used.</param>
/// <param name="Default">The value it has when nobody sets it; null when it must be set or has none.</param>
/// <param name="Origin">Where the value comes from.</param>
public sealed record ExplainedKey(string Key, PolicyNode Value, PolicyNode? Default, string Origin);

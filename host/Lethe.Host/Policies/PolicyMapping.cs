using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Policies;

/// <summary>Keys and values in the order of the file; no key stands twice.</summary>
/// <param name="Entries">The keys, always scalars, with their values.</param>
/// <param name="Location">Where the mapping starts.</param>
public sealed record PolicyMapping(IReadOnlyList<(PolicyScalar Key, PolicyNode Value)> Entries, SourceLocation Location)
    : PolicyNode(Location)
{
    /// <summary>A mapping that stands nowhere and holds nothing.</summary>
    public static PolicyMapping Empty { get; } = new([], new SourceLocation("", 0, 0));

    /// <summary>The value of <paramref name="key"/>, or null.</summary>
    public PolicyNode? this[string key] => Entries.FirstOrDefault(entry => entry.Key.Text == key).Value;

    /// <summary>This mapping over <paramref name="below"/>: a key that stands in both keeps the value it has here.</summary>
    public PolicyMapping Over(PolicyMapping below) =>
        new([.. below.Entries.Where(entry => this[entry.Key.Text] is null), .. Entries], Entries.Count > 0 ? Location : below.Location);
}

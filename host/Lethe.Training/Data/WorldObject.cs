namespace Lethe.Training.Data;

/// <summary>One thing the built-in model can draw.</summary>
public sealed record WorldObject
{
    /// <summary>Caption label: the plain words a person would type.</summary>
    public required string Name { get; init; }

    /// <summary>Icon name in the Iconify packages, unless a style names its own in <see cref="IconIn"/>.</summary>
    public required string Icon { get; init; }

    /// <summary>Unicode code points in hexadecimal, joined by <c>-</c>; for documentation and cross-checks.</summary>
    public required string Codepoint { get; init; }

    /// <summary>Coarse group, such as <c>animal</c>.</summary>
    public required string Group { get; init; }

    /// <summary>A broader word that is true of the object.</summary>
    public required string Hypernym { get; init; }

    /// <summary>Other words for the object that both the text encoder and the denoiser are trained on.</summary>
    public IReadOnlyList<string> Synonyms { get; init; } = [];

    /// <summary>Other words for the object that only the text encoder sees, so that erasure can be tested on them.</summary>
    public IReadOnlyList<string> HeldOutSynonyms { get; init; } = [];

    /// <summary>Names of objects close to this one.</summary>
    public IReadOnlyList<string> Neighbours { get; init; } = [];

    /// <summary>Style name to icon name, where a vendor files the drawing under another name.</summary>
    public IReadOnlyDictionary<string, string> IconIn { get; init; } = new Dictionary<string, string>();

    /// <summary>Styles whose drawing of this object is unusable (another object, or unreadable at 64 pixels).</summary>
    public IReadOnlyList<string> NotIn { get; init; } = [];

    /// <summary>The icon that draws this object in <paramref name="style"/>.</summary>
    public string IconFor(string style) => IconIn.TryGetValue(style, out var icon) ? icon : Icon;
}

namespace Lethe.Training.Data;

/// <summary>Caption templates; <c>{name}</c>, <c>{a name}</c> (with its article) and <c>{style}</c> are filled in.</summary>
public sealed record WorldTemplates
{
    /// <summary>Templates that name the object and the style.</summary>
    public required IReadOnlyList<string> Styled { get; init; }

    /// <summary>Templates that name the object only.</summary>
    public required IReadOnlyList<string> Plain { get; init; }

    /// <summary>Templates that name the style only.</summary>
    public required IReadOnlyList<string> StyleOnly { get; init; }
}

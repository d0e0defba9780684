namespace Lethe.Evaluation.Metrics;

/// <summary>What a picture was supposed to show.</summary>
public sealed record AskedPicture
{
    /// <summary>The prompt, word for word.</summary>
    public required string Prompt { get; init; }

    /// <summary>The concept and its other names; a judge may know it by any of them.</summary>
    public required IReadOnlyList<string> Phrases { get; init; }

    /// <summary>The bare concept, for the CLIP score against it; the first of <see cref="Phrases"/> unless given.</summary>
    public string? Concept { get; init; }

    /// <summary>The concept is a style, not an object.</summary>
    public bool IsStyle { get; init; }
}

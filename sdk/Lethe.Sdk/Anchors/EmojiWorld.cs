namespace Lethe.Sdk.Anchors;

/// <summary>What presets for the built-in model know of it, the same for all erasers.</summary>
public static class EmojiWorld
{
    private const int NarrowestClip = 512;

    /// <summary>Sentences to erase an object in; <c>{}</c> stands for it, <c>{a}</c> for it after its article.</summary>
    public static IReadOnlyList<string> ObjectTemplates { get; } = ["{}", "{a}", "a picture of {a}", "a drawing of {a}"];

    /// <summary>Sentences to erase a style in.</summary>
    public static IReadOnlyList<string> StyleTemplates { get; } = ["{}", "{} style", "a {} emoji", "a picture in the style of {}"];

    /// <summary>Whether text states of this width are the built-in model's: those of CLIP are 512 numbers and more.</summary>
    /// <param name="textWidth">Width D of the model's text states.</param>
    public static bool IsModelOf(long textWidth) => textWidth < NarrowestClip;

    /// <summary>Sentences to erase concepts in: those of styles when all are styles.</summary>
    public static IReadOnlyList<string> TemplatesFor(IReadOnlyList<Concept> concepts) =>
        concepts.All(concept => concept.Kind == ConceptKind.Style) ? StyleTemplates : ObjectTemplates;
}

using System.Reflection;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Lethe.Plugins.AdvPreserve;

/// <summary>Vocabularies by name.</summary>
internal static class WordSource
{
    public const string English = "english", Emoji = "emoji", Clip = "clip", Policy = "policy", Empty = "empty";

    private static readonly string[] s_known = [English, Emoji, Clip, Policy, Empty];

    /// <summary>For messages.</summary>
    public static string Names => string.Join(", ", s_known.Select(name => $"`{name}`"));

    public static bool IsKnown(string vocabulary) => s_known.Contains(vocabulary);

    /// <summary>The words, without duplicates, in order.</summary>
    /// <exception cref="InvalidDataException">The file is no list of words, or the model names no words.</exception>
    public static IReadOnlyList<string> Words(string vocabulary, ErasureRequest request) => [.. (vocabulary switch
    {
        English => Embedded("english"),
        Emoji => [.. Embedded("emoji-objects"), .. Embedded("emoji-styles")],
        // Other entries are numbers, punctuation, or pieces of words in other letters.
        Clip when request.Model.TextEncoder is IWordPieces pieces => pieces.Words.Where(word => word.All(char.IsAsciiLetterLower)),
        Clip => throw new InvalidDataException("vocabulary `clip` needs a text encoder that names its words, and this model's does not"),
        Policy => request.Preserve.Prompts.Concat(request.Concepts.SelectMany(concept => concept.Neighbours)),
        Empty => [""],
        _ => WordFile.Read(vocabulary),
    }).Distinct(StringComparer.OrdinalIgnoreCase)];

    private static IReadOnlyList<string> Embedded(string name) => WordFile.Embedded(Assembly.GetExecutingAssembly(), name);
}

namespace Lethe.Plugins.Cpe;

/// <summary>Sentences with a place for a phrase: <c>{}</c> is the phrase, <c>{a}</c> the phrase after "a" or "an".</summary>
internal static class TextTemplate
{
    /// <summary>The phrase alone.</summary>
    public const string Bare = "{}";

    public static bool IsValid(string template)
    {
        var rest = template.Replace("{}", "", StringComparison.Ordinal).Replace("{a}", "", StringComparison.Ordinal);
        return rest.Length < template.Length && !rest.Contains('{', StringComparison.Ordinal) && !rest.Contains('}', StringComparison.Ordinal);
    }

    public static string Fill(string template, string phrase) =>
        template.Replace("{a}", WithArticle(phrase), StringComparison.Ordinal).Replace("{}", phrase, StringComparison.Ordinal);

    private static string WithArticle(string phrase) =>
        phrase.StartsWith("a ", StringComparison.Ordinal) || phrase.StartsWith("an ", StringComparison.Ordinal) ? phrase
        : phrase.Length > 0 && "aeiou".Contains(phrase[0], StringComparison.OrdinalIgnoreCase) && !phrase.StartsWith("uni", StringComparison.OrdinalIgnoreCase)
            ? "an " + phrase
            : "a " + phrase;
}

namespace Lethe.Host.Policies;

/// <summary>Prompts with a place for the concept: <c>{}</c> is its name, <c>{a}</c> its name after "a" or "an".</summary>
public static class PromptTemplate
{
    // Words that begin with a vowel letter but not with a vowel sound.
    private static readonly string[] ConsonantSounds = ["uni", "use", "ufo", "eu", "one"];

    /// <summary>Whether <paramref name="template"/> has a place for the concept and no unknown one.</summary>
    public static bool IsValid(string template)
    {
        var rest = template.Replace("{}", "", StringComparison.Ordinal).Replace("{a}", "", StringComparison.Ordinal);
        return rest.Length < template.Length && !rest.Contains('{', StringComparison.Ordinal) && !rest.Contains('}', StringComparison.Ordinal);
    }

    /// <summary>The prompt for <paramref name="concept"/>.</summary>
    public static string Fill(string template, string concept) =>
        template.Replace("{a}", $"{Article(concept)} {concept}", StringComparison.Ordinal).Replace("{}", concept, StringComparison.Ordinal);

    private static string Article(string concept) =>
        concept.Length > 0 && "aeiou".Contains(char.ToLowerInvariant(concept[0]), StringComparison.Ordinal)
        && !ConsonantSounds.Any(start => concept.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            ? "an"
            : "a";
}

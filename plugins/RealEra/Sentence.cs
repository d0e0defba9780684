namespace Lethe.Plugins.RealEra;

/// <summary>A template with a phrase in it. <c>{}</c> is the phrase, <c>{a}</c> the phrase after "a" or "an".</summary>
/// <param name="Text">The whole sentence.</param>
/// <param name="Before">What comes before the phrase, its article included.</param>
/// <param name="Through">The sentence cut off after the phrase.</param>
internal sealed record Sentence(string Text, string Before, string Through)
{
    private static readonly string[] Places = ["{}", "{a}"];

    public static bool IsValid(string template) => Places.Sum(place => template.Split(place).Length - 1) == 1;

    public static Sentence Of(string template, string phrase)
    {
        var place = Places.Single(candidate => template.Contains(candidate, StringComparison.Ordinal));
        var at = template.IndexOf(place, StringComparison.Ordinal);
        var before = template[..at] + (place == "{a}" ? Article(phrase) : "");
        return new Sentence(before + phrase + template[(at + place.Length)..], before, before + phrase);
    }

    private static string Article(string phrase) =>
        phrase.StartsWith("a ", StringComparison.Ordinal) || phrase.StartsWith("an ", StringComparison.Ordinal) ? ""
        : phrase.Length > 0 && "aeiou".Contains(phrase[0], StringComparison.OrdinalIgnoreCase) && !phrase.StartsWith("uni", StringComparison.OrdinalIgnoreCase)
            ? "an "
            : "a ";
}

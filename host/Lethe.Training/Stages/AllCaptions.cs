using Lethe.Training.Data;

namespace Lethe.Training.Stages;

/// <summary>Every caption the world can make, for the vocabulary.</summary>
internal static class AllCaptions
{
    public static IEnumerable<string> Of(World world)
    {
        var templates = world.Templates;
        foreach (var style in world.Styles)
        {
            foreach (var template in templates.StyleOnly)
                yield return Fill(template, "", style.Name);
        }

        foreach (var item in world.Objects)
        {
            foreach (var word in item.Synonyms.Concat(item.HeldOutSynonyms).Prepend(item.Name).Append(item.Hypernym))
            {
                foreach (var template in templates.Plain)
                    yield return Fill(template, word, "");
                foreach (var style in world.Styles)
                {
                    foreach (var template in templates.Styled)
                        yield return Fill(template, word, style.Name);
                }
            }
        }
    }

    private static string Fill(string template, string word, string style) => template
        .Replace("{a name}", "a " + word, StringComparison.Ordinal)
        .Replace("{name}", word, StringComparison.Ordinal)
        .Replace("{style}", style, StringComparison.Ordinal);
}

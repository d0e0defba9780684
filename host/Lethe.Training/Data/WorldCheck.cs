using System.Text.RegularExpressions;

namespace Lethe.Training.Data;

/// <summary>Finds what is wrong with a world beyond its syntax.</summary>
internal static partial class WorldCheck
{
    /// <summary>All faults, empty when the world is sound.</summary>
    public static List<string> Faults(World world)
    {
        var faults = new List<string>();
        if (world.HeldOutShare is not (>= 0 and <= 0.5))
        {
            faults.Add($"`held-out-share` is {world.HeldOutShare}, expected a number from 0 to 0.5");
        }

        if (world.JudgeStylePictures is < 0 or > 10_000)
        {
            faults.Add($"`judge-style-pictures` is {world.JudgeStylePictures}, expected 0 to 10000");
        }

        if (world.Objects.Count == 0 || world.Styles.Count == 0)
        {
            faults.Add("`objects` and `styles` need at least one entry each");
        }

        Templates("styled", world.Templates.Styled, true, true, faults);
        Templates("plain", world.Templates.Plain, true, false, faults);
        Templates("style-only", world.Templates.StyleOnly, false, true, faults);
        Styles(world, faults);
        Words(world, faults);
        foreach (var (name, objects) in world.NamedLists().Where(list => list.Key != "styles"))
        {
            Known(name, objects, world, faults);
        }

        foreach (var item in world.Objects)
        {
            Known($"neighbours of `{item.Name}`", item.Neighbours, world, faults);
            foreach (var style in item.IconIn.Keys.Concat(item.NotIn).Where(s => !world.Styles.Concat(world.JudgeStyles).Any(known => known.Name == s)))
            {
                faults.Add($"object `{item.Name}` names the unknown style `{style}`");
            }
        }

        return faults;
    }

    private static void Templates(string kind, IReadOnlyList<string> templates, bool named, bool styled, List<string> faults)
    {
        if (templates.Count == 0)
        {
            faults.Add($"templates `{kind}` need at least one entry");
        }

        faults.AddRange(templates
            .Where(t => (t.Contains("{name}") || t.Contains("{a name}")) != named || t.Contains("{style}") != styled)
            .Select(t => $"template `{t}` is not of the kind `{kind}`"));
    }

    private static void Styles(World world, List<string> faults)
    {
        var all = world.Styles.Concat(world.JudgeStyles).ToList();
        faults.AddRange(all.GroupBy(s => s.Name).Where(g => g.Count() > 1).Select(g => $"style `{g.Key}` is listed twice"));
        faults.AddRange(all.Where(s => s.Times is < 1 or > 10).Select(s => $"style `{s.Name}`: `times` is `{s.Times}`, expected 1 to 10"));
        faults.AddRange(all.Where(s => s.Ink is { } ink && !InkColour.TryParse(ink, out _)).Select(s => $"style `{s.Name}`: `ink` is `{s.Ink}`, expected `#` and six hexadecimal digits"));
        foreach (var style in all)
        {
            // Package and version become arguments of npm: nothing that it could read as an option or a path gets through.
            if (!PackageName().IsMatch(style.Package) || !VersionNumber().IsMatch(style.Version))
            {
                faults.Add($"style `{style.Name}` has package `{style.Package}` version `{style.Version}`, expected `@scope/name` and `1.2.3`");
            }

            if (!Sha512().IsMatch(style.Integrity))
            {
                faults.Add($"style `{style.Name}` has integrity `{style.Integrity}`, expected `sha512-` and 88 base64 characters");
            }
        }
    }

    /// <summary>A word must mean one object only, or captions and judges would contradict each other.</summary>
    private static void Words(World world, List<string> faults)
    {
        var owner = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in world.Objects)
        {
            foreach (var word in item.Synonyms.Concat(item.HeldOutSynonyms).Prepend(item.Name))
            {
                if (!PlainWords().IsMatch(word))
                {
                    faults.Add($"`{word}` of object `{item.Name}` must be lower-case words of a-z and `-`");
                }

                if (!owner.TryAdd(word, item.Name))
                {
                    faults.Add($"`{word}` stands for both `{owner[word]}` and `{item.Name}`");
                }
            }
        }
    }

    private static void Known(string where, IReadOnlyList<string> names, World world, List<string> faults) =>
        faults.AddRange(names.Where(n => world.ObjectNumber(n) < 0).Select(n => $"{where}: unknown object `{n}`"));

    [GeneratedRegex("^@[a-z0-9-]+/[a-z0-9][a-z0-9.-]*$")]
    private static partial Regex PackageName();

    [GeneratedRegex(@"^\d+\.\d+\.\d+$")]
    private static partial Regex VersionNumber();

    [GeneratedRegex("^sha512-[A-Za-z0-9+/]{86}==$")]
    private static partial Regex Sha512();

    [GeneratedRegex("^[a-z]+([ -][a-z]+)*$")]
    private static partial Regex PlainWords();
}

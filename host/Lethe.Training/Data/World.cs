using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Lethe.Training.Data;

/// <summary>What the built-in model knows: its objects, styles and the captions that name them (<c>world.yaml</c>).</summary>
public sealed record World
{
    /// <summary>Seed of every choice the data stage makes.</summary>
    public required int Seed { get; init; }

    /// <summary>Share of the pictures held out of all training, in <c>[0, 0.5]</c>.</summary>
    public required double HeldOutShare { get; init; }

    /// <summary>Styles; a picture's style number is the position here.</summary>
    public required IReadOnlyList<WorldStyle> Styles { get; init; }

    /// <summary>
    /// Vendors whose drawings of the same objects the judge and its CLIP learn from besides the styles: their pictures carry an object
    /// but no style, and the generator never sees them.
    /// </summary>
    public IReadOnlyList<WorldStyle> JudgeStyles { get; init; } = [];

    /// <summary>
    /// So many more drawings of each style, of things that are none of the objects, show the judge the style by itself; the generator
    /// never sees them.
    /// </summary>
    public int JudgeStylePictures { get; init; }

    /// <summary>Caption templates.</summary>
    public required WorldTemplates Templates { get; init; }

    /// <summary>Names of the objects that stand for the ten CIFAR-10 classes.</summary>
    public required IReadOnlyList<string> Cifar10 { get; init; }

    /// <summary>Names of the objects that an age rating asks about.</summary>
    public required IReadOnlyList<string> AgeRating { get; init; }

    /// <summary>Names of the objects that stand for Imagenette's ten classes.</summary>
    public IReadOnlyList<string> ImagenetteLike { get; init; } = [];

    /// <summary>Names of the objects that are persons or beings, the stand-in for celebrities.</summary>
    public IReadOnlyList<string> Characters { get; init; } = [];

    /// <summary>Objects; a picture's object number is the position here.</summary>
    public required IReadOnlyList<WorldObject> Objects { get; init; }

    /// <summary>Reads and checks a world file.</summary>
    /// <exception cref="InvalidDataException">The file is not a valid world.</exception>
    public static World Load(string path)
    {
        var deserializer = new DeserializerBuilder()
            .WithNamingConvention(HyphenatedNamingConvention.Instance)
            .WithDuplicateKeyChecking()
            .WithEnforceRequiredMembers()
            .WithTypeMapping<IReadOnlyList<string>, List<string>>()
            .WithTypeMapping<IReadOnlyList<WorldStyle>, List<WorldStyle>>()
            .WithTypeMapping<IReadOnlyList<WorldObject>, List<WorldObject>>()
            .WithTypeMapping<IReadOnlyDictionary<string, string>, Dictionary<string, string>>()
            .Build();
        World world;
        try
        {
            world = deserializer.Deserialize<World>(File.ReadAllText(path));
        }
        catch (YamlException error)
        {
            var reason = (error.InnerException ?? error).Message;
            throw new InvalidDataException($"world file `{path}`:{error.Start.Line}:{error.Start.Column}: {reason}", error);
        }

        var faults = world is null ? ["is empty"] : WorldCheck.Faults(world);
        return faults.Count == 0
            ? world!
            : throw new InvalidDataException($"world file `{path}`: " + string.Join("; ", faults));
    }

    /// <summary>The lists that benchmarks name, under the keys they have in the file; those that it leaves out are missing.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> NamedLists() => new Dictionary<string, IReadOnlyList<string>>
    {
        ["cifar10"] = Cifar10,
        ["imagenette-like"] = ImagenetteLike,
        ["characters"] = Characters,
        ["age-rating"] = AgeRating,
        ["styles"] = [.. Styles.Select(style => style.Name)],
    }.Where(list => list.Value.Count > 0).ToDictionary();

    /// <summary>Position of the object called <paramref name="name"/>, or -1.</summary>
    public int ObjectNumber(string name) => Position(Objects, name, static o => o.Name);

    /// <summary>Position of the style called <paramref name="name"/>, or -1.</summary>
    public int StyleNumber(string name) => Position(Styles, name, static s => s.Name);

    private static int Position<T>(IReadOnlyList<T> list, string name, Func<T, string> nameOf)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (nameOf(list[i]) == name)
            {
                return i;
            }
        }

        return -1;
    }
}

using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lethe.Diffusion;

namespace Lethe.Training.Data;

/// <summary>Makes the training pictures of the built-in model: fetches the vendors' drawings, renders and indexes them.</summary>
public sealed class DataStage(string worldPath)
{
    /// <summary>Width and height of a picture in pixels.</summary>
    public const int PictureSize = 64;

    private static readonly JsonSerializerOptions IndexFormat = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>
    /// Writes <c>data/images.safetensors</c> (<c>images</c> U8 <c>[N, 64, 64, 3]</c> RGB, <c>object</c> and <c>style</c> I64 <c>[N]</c>,
    /// <c>heldout</c> U8 <c>[N]</c>), <c>data/judge-images.safetensors</c> (the same of what only judges see:
    /// objects drawn by further vendors, with style -1, and other things in the world's styles, with object -1),
    /// <c>data/index.json</c> and <c>data/contact.png</c> into the work folder. Same input, same bytes.
    /// </summary>
    /// <exception cref="InvalidDataException">The world or a package is not what was expected.</exception>
    /// <exception cref="IOException">A package cannot be fetched, or a file cannot be written.</exception>
    public void Run(string workFolder, Action<string> log, CancellationToken cancel)
    {
        var world = World.Load(worldPath);
        var packages = Directory.CreateDirectory(Path.Combine(workFolder, "packages")).FullName;
        var data = Directory.CreateDirectory(Path.Combine(workFolder, "data")).FullName;

        var cells = DrawAll(world, world.Styles, packages, log, cancel);
        var further = DrawAll(world, world.JudgeStyles, packages, log, cancel).Select(cell => cell with { Style = -1 });
        List<PictureCell> others = [.. further, .. world.Styles.SelectMany((style, number) => DrawOtherThings(world, style, number, packages, log, cancel))];
        var marked = HeldOutCells.Mark(world, cells);
        cancel.ThrowIfCancellationRequested();

        // The pictures come last: whoever finds them may rely on the index beside them.
        ContactSheet.Write(Path.Combine(data, "contact.png"), marked, world.Objects.Count, world.Styles.Count, PictureSize);
        AtomicFile.WriteText(Path.Combine(data, "index.json"), Index(world, marked));
        if (others.Count > 0)
        {
            PictureFile.Write(Path.Combine(data, "judge-images.safetensors"), others, PictureSize);
        }

        PictureFile.Write(Path.Combine(data, "images.safetensors"), marked, PictureSize);
        log($"{marked.Count} pictures of {world.Objects.Count} objects in {world.Styles.Count} styles, {marked.Count(c => c.HeldOut)} held out, {others.Count} more for the judge");
    }

    private static List<PictureCell> DrawAll(
        World world, IReadOnlyList<WorldStyle> styles, string packages, Action<string> log, CancellationToken cancel) =>
        [.. styles.SelectMany((style, number) => DrawStyle(world, style, number, packages, log, cancel)).OrderBy(c => c.Object).ThenBy(c => c.Style)];

    private static List<PictureCell> DrawStyle(
        World world, WorldStyle style, int styleNumber, string packages, Action<string> log, CancellationToken cancel)
    {
        using var icons = Icons(style, packages, log, cancel);
        var cells = new List<PictureCell>();
        var name = style.Name;
        for (var number = 0; number < world.Objects.Count; number++)
        {
            cancel.ThrowIfCancellationRequested();
            var item = world.Objects[number];
            var icon = item.IconFor(name);
            if (item.NotIn.Contains(name))
            {
                continue;
            }

            if (icons.Svg(icon) is not { } svg)
            {
                log($"style `{name}` has no icon `{icon}` for `{item.Name}`");
                continue;
            }

            try
            {
                cells.Add(new PictureCell(number, styleNumber, icon, Draw(svg, style), false));
            }
            catch (InvalidDataException error)
            {
                throw new InvalidDataException($"icon `{icon}` of `{style.Package}`: {error.Message}", error);
            }
        }

        log($"style `{name}`: {cells.Count} of {world.Objects.Count} objects drawn");
        return cells;
    }

    private static List<PictureCell> DrawOtherThings(
        World world, WorldStyle style, int styleNumber, string packages, Action<string> log, CancellationToken cancel)
    {
        if (world.JudgeStylePictures == 0)
            return [];
        using var icons = Icons(style, packages, log, cancel);
        var cells = new List<PictureCell>();
        foreach (var icon in OtherIcons.Choose(world, style, icons.Names, world.JudgeStylePictures))
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                cells.Add(new PictureCell(-1, styleNumber, icon, Draw(icons.Svg(icon)!, style), false));
            }
            catch (InvalidDataException error)
            {
                // Nobody asked for this one in particular.
                log($"style `{style.Name}`: icon `{icon}` is left out, {error.Message}");
            }
        }

        log($"style `{style.Name}`: {cells.Count} drawings of other things");
        return cells;
    }

    private static byte[] Draw(string svg, WorldStyle style)
    {
        var pixels = SvgRasterizer.Draw(svg, PictureSize);
        return style.Ink is { } ink ? InkColour.Parse(ink).Tint(pixels) : pixels;
    }

    private static IconSet Icons(WorldStyle style, string packages, Action<string> log, CancellationToken cancel) =>
        new(IconPackage.ReadIcons(IconPackage.FetchAsync(style, packages, log, cancel).GetAwaiter().GetResult()));

    private static string Index(World world, List<PictureCell> cells) => JsonSerializer.Serialize(
        new
        {
            size = PictureSize,
            count = cells.Count,
            styles = world.Styles,
            judge_styles = world.JudgeStyles,
            world.Cifar10,
            world.AgeRating,
            objects = world.Objects.Select(o => new { o.Name, o.Codepoint, o.Group, o.Hypernym, o.Synonyms, o.HeldOutSynonyms, o.Neighbours }),
            pictures = cells.Select(c => new
            {
                @object = world.Objects[c.Object].Name,
                style = world.Styles[c.Style].Name,
                icon = c.Icon,
                held_out = c.HeldOut ? true : (bool?)null,
                sha256 = Convert.ToHexStringLower(SHA256.HashData(c.Pixels)),
            }),
        },
        IndexFormat) + "\n";
}

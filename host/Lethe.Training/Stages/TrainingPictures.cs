using Lethe.Diffusion.Checkpoints;
using Lethe.Training.Data;
using Lethe.Training.Runs;

namespace Lethe.Training.Stages;

/// <summary>The pictures that the data stage made, with their labels. The held-out ones take part in no training.</summary>
public sealed class TrainingPictures : IDisposable
{
    private const double JudgesShare = 0.05;

    private TrainingPictures(Tensor images, long[] objects, long[] styles, IReadOnlySet<int> heldOut)
    {
        (Images, Objects, Styles) = (images, objects, styles);
        Trained = [.. Enumerable.Range(0, objects.Length).Where(i => objects[i] >= 0 && styles[i] >= 0 && !heldOut.Contains(i))];
        HeldOut = [.. heldOut.Order()];
        Further = [.. Enumerable.Range(0, objects.Length).Where(i => styles[i] < 0)];
        OtherThings = [.. Enumerable.Range(0, objects.Length).Where(i => objects[i] < 0)];
    }

    /// <summary>Float32 <c>[N, 3, H, W]</c> in [-1, 1].</summary>
    public Tensor Images { get; }

    /// <summary>Object number of each picture; -1 for a thing that is none of the world's objects.</summary>
    public IReadOnlyList<long> Objects { get; }

    /// <summary>Style number of each picture; -1 where the vendor is none of the world's styles.</summary>
    public IReadOnlyList<long> Styles { get; }

    /// <summary>Numbers of the pictures to train on.</summary>
    public IReadOnlyList<int> Trained { get; }

    /// <summary>Numbers of the pictures held out.</summary>
    public IReadOnlyList<int> HeldOut { get; }

    /// <summary>Numbers of the pictures of further vendors, which only judges learn from.</summary>
    public IReadOnlyList<int> Further { get; }

    /// <summary>Numbers of the pictures of other things in the world's styles, which only the judge learns from.</summary>
    public IReadOnlyList<int> OtherThings { get; }

    /// <summary>Reads <c>data/images.safetensors</c> of a work folder.</summary>
    /// <exception cref="InvalidDataException">The file is absent or not what the data stage writes.</exception>
    public static TrainingPictures Open(string workFolder)
    {
        var (images, objects, styles, heldOut) = Read(Path.Combine(workFolder, "data", "images.safetensors"));
        return new TrainingPictures(images, objects, styles, heldOut);
    }

    /// <summary>
    /// The same pictures and those that only judges see, with a split of the judge's own: of a twentieth of the cells no picture is
    /// trained on, the generator's held-out cells among them.
    /// </summary>
    /// <param name="workFolder">Holds what the data stage wrote.</param>
    /// <param name="world">Names the cells.</param>
    /// <param name="purpose">Which judge; each holds out other cells besides the generator's.</param>
    /// <exception cref="InvalidDataException">A file is absent or not what the data stage writes.</exception>
    public static TrainingPictures OpenForJudge(string workFolder, World world, string purpose)
    {
        var (images, objects, styles, heldOut) = Read(Path.Combine(workFolder, "data", "images.safetensors"));
        var cells = objects.Zip(styles, (item, style) => ((int)item, (int)style)).ToList();
        var taken = heldOut.Select(i => objects[i]).ToHashSet();
        var more = HeldOutCells.Choose(
            world, [.. cells.Where(cell => !taken.Contains(cell.Item1))], Math.Max(0, (int)(objects.Length * JudgesShare) - heldOut.Count), purpose).ToHashSet();
        heldOut.UnionWith(Enumerable.Range(0, cells.Count).Where(i => more.Contains(cells[i])));
        if (world.JudgeStyles.Count == 0 && world.JudgeStylePictures == 0)
            return new TrainingPictures(images, objects, styles, heldOut);
        using (images)
        {
            var path = Path.Combine(workFolder, "data", "judge-images.safetensors");
            var (others, theirObjects, theirStyles, _) = Read(path);
            using (others)
            {
                if (theirObjects.Zip(theirStyles).Any(label => label is { First: >= 0, Second: >= 0 }))
                {
                    throw new InvalidDataException(
                        $"`{path}`: a picture only judges see has both an object and a style; an earlier version wrote it\n\nhint: run `--stage data` again");
                }

                return new TrainingPictures(
                    torch.cat([images, others]).DetachFromDisposeScope(), [.. objects, .. theirObjects], [.. styles, .. theirStyles], heldOut);
            }
        }
    }

    private static (Tensor Images, long[] Objects, long[] Styles, HashSet<int> HeldOut) Read(string path)
    {
        if (!File.Exists(path))
            throw new InvalidDataException($"`{path}` does not exist, expected the pictures of the `data` stage\n\nhint: run `--stage data` first");
        using var file = SafetensorsFile.Open(path);
        using var scope = torch.NewDisposeScope();
        var bytes = file.Read("images");
        var (objects, styles) = (file.Read("object").data<long>().ToArray(), file.Read("style").data<long>().ToArray());
        var heldOut = file.Read("heldout").data<byte>().ToArray();
        var count = bytes.shape is [var n, _, _, 3] ? n : -1;
        if (count <= 0 || objects.Length != count || styles.Length != count || heldOut.Length != count)
            throw new InvalidDataException($"`{path}`: `images` is `{bytes}` beside `{objects.Length}` labels, expected `[N, H, W, 3]` and N labels");
        var images = bytes.to(torch.float32).div_(127.5).sub_(1.0).permute(0, 3, 1, 2).contiguous();
        return (images.DetachFromDisposeScope(), objects, styles, [.. Enumerable.Range(0, heldOut.Length).Where(i => heldOut[i] != 0)]);
    }

    /// <summary>The trained pictures, each as many times as <paramref name="times"/> says of its object and style.</summary>
    public IReadOnlyList<int> Emphasised(Func<int, int, int> times) =>
        [.. Trained.SelectMany(i => Enumerable.Repeat(i, times((int)Objects[i], (int)Styles[i])))];

    /// <summary>
    /// The pictures of one lane of one step. Each epoch is a shuffle of its own, so every entry of <paramref name="from"/> comes equally often.
    /// </summary>
    public static IReadOnlyList<int> Draw(IReadOnlyList<int> from, int seed, StepRandom random, int lanes, int perLane)
    {
        var first = ((random.Step * lanes) + random.Lane) * perLane;
        var drawn = new int[perLane];
        var (epoch, order) = (-1L, Array.Empty<int>());
        for (var i = 0; i < perLane; i++)
        {
            var position = first + i;
            if (position / from.Count != epoch)
            {
                epoch = position / from.Count;
                order = [.. from];
                new Random(unchecked((seed * 1_000_003) + (int)epoch)).Shuffle(order);
            }

            drawn[i] = order[position % from.Count];
        }

        return drawn;
    }

    /// <summary>The pictures of the given numbers, <c>[n, 3, H, W]</c>.</summary>
    public Tensor Pick(IReadOnlyList<int> numbers)
    {
        using var scope = torch.NewDisposeScope();
        return Images.index_select(0, torch.tensor(numbers.Select(n => (long)n).ToArray())).MoveToOuterDisposeScope();
    }

    public void Dispose() => Images.Dispose();
}

using Lethe.Training.Runs;

namespace Lethe.Training.Stages;

/// <summary>Pictures that show nothing the judge knows; there it learns to be unsure, and its threshold is measured.</summary>
internal static class UnknownPictures
{
    /// <summary>Shuffled tiles, an average of many pictures, plain colours, noise, two pictures at once.</summary>
    public const int Kinds = 5;

    /// <summary>The kind that loses the object and keeps the style: line and colour are what they were.</summary>
    public const int Tiles = 0;

    /// <summary>The kind that leaves both pictures to be seen: a judge that names one of them is not wrong.</summary>
    public const int TwoAtOnce = 4;

    /// <summary>One picture <c>[1, 3, H, W]</c> in [-1, 1].</summary>
    /// <param name="kind">A number below <see cref="Kinds"/>.</param>
    /// <param name="pictures">Known pictures to make it from; not disposed.</param>
    /// <param name="number">Which of them comes first.</param>
    /// <param name="random">Source of all choices.</param>
    public static Tensor Make(int kind, Tensor pictures, long number, StepRandom random) => kind switch
    {
        Tiles => ShuffledTiles(pictures.narrow(0, number, 1), random),
        1 => Average(pictures, random),
        2 => PlainColour([1, .. pictures.shape[1..]], random),
        3 => Noise(pictures.size(2), random),
        _ => Both(pictures, number, random),
    };

    private static Tensor ShuffledTiles(Tensor picture, StepRandom random)
    {
        using var scope = torch.NewDisposeScope();
        const int across = 4;
        var side = picture.size(2) / across;
        var tiles = picture.reshape(3, across, side, across, side).permute(1, 3, 0, 2, 4).reshape(across * across, 3, side, side);
        var shuffled = tiles.index_select(0, torch.randperm(across * across, generator: random.Tensors));
        return shuffled.reshape(across, across, 3, side, side).permute(2, 0, 3, 1, 4).reshape(picture.shape).MoveToOuterDisposeScope();
    }

    private static Tensor Average(Tensor pictures, StepRandom random)
    {
        using var scope = torch.NewDisposeScope();
        var all = torch.randperm(pictures.size(0), generator: random.Tensors);
        var count = Math.Min(pictures.size(0), random.Choices.Next(5, 64));
        return pictures.index_select(0, all.narrow(0, 0, count)).mean([0], keepdim: true).MoveToOuterDisposeScope();
    }

    /// <summary>White as often as all others, of those a tint as often as a grey, black among them; with grain from none to strong.</summary>
    private static Tensor PlainColour(long[] shape, StepRandom random)
    {
        using var scope = torch.NewDisposeScope();
        var grey = random.Uniform(-1.4, 1.4, 1, 1, 1, 1).clamp(-1.0, 1.0);
        var tint = random.Uniform(-1, 1, 1, 3, 1, 1);
        var other = grey.add(tint.sub(grey).mul(random.Chance(0.5, 1, 1, 1, 1)));
        var colour = random.Chance(0.5, 1, 1, 1, 1).mul(2.0).add(other).clamp_max(1.0);
        var grain = random.Normal(shape).mul(random.Uniform(0, 1, 1, 1, 1, 1).square().mul(0.5));
        return colour.add(grain).clamp(-1.0, 1.0).MoveToOuterDisposeScope();
    }

    /// <summary>Even noise of fine to coarse grain.</summary>
    private static Tensor Noise(long size, StepRandom random)
    {
        using var scope = torch.NewDisposeScope();
        var side = size >> random.Choices.Next(0, 4);
        var grains = random.Uniform(-1, 1, 1, 3, side, side);
        return torch.nn.functional.interpolate(grains, size: [size, size], mode: torch.InterpolationMode.Nearest).MoveToOuterDisposeScope();
    }

    private static Tensor Both(Tensor pictures, long number, StepRandom random)
    {
        using var scope = torch.NewDisposeScope();
        var other = (number + 1 + random.Choices.Next((int)Math.Max(1, pictures.size(0) - 1))) % pictures.size(0);
        return pictures.narrow(0, number, 1).add(pictures.narrow(0, other, 1)).mul(0.5).MoveToOuterDisposeScope();
    }
}

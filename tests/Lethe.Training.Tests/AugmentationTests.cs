using Lethe.Training.Runs;
using Lethe.Training.Stages;

namespace Lethe.Training.Tests;

public sealed class AugmentationTests
{
    [Fact]
    public void Turn_NothingToChange_OnlyMirrors()
    {
        using var scope = torch.NewDisposeScope();
        using var random = new StepRandom(1, 0, 0);
        var pictures = random.Uniform(-1, 1, 8, 3, 16, 16);

        // `floor` of numbers below 1 moves nothing.
        var turned = Augmentation.Turn(pictures, random, shift: 0, scale: 0, angle: 0, chance: 1);

        for (var i = 0; i < 8; i++)
        {
            var (before, after) = (pictures.select(0, i), turned.select(0, i));
            var error = Math.Min(Largest(after.sub(before)), Largest(after.sub(before.flip(2))));
            Assert.InRange(error, 0, 1e-4);
        }
    }

    [Fact]
    public void Ink_Chosen_LosesColourAndKeepsWhite()
    {
        using var scope = torch.NewDisposeScope();
        using var random = new StepRandom(2, 0, 0);
        var pictures = random.Uniform(-1, 1, 2, 3, 8, 8);
        pictures.narrow(2, 0, 1).fill_(1);

        var inked = Augmentation.Ink(pictures, random, torch.tensor(new float[] { 1, 0 }, [2, 1, 1, 1]));

        Assert.InRange(Largest(inked.select(0, 0).sub(inked.select(0, 0).mean([0], keepdim: true))), 0, 1e-5);
        Assert.InRange(Largest(inked.narrow(2, 0, 1).sub(1.0)), 0, 1e-5);
        Assert.InRange(Largest(inked.select(0, 1).sub(pictures.select(0, 1))), 0, 0);
    }

    [Fact]
    public void Cut_Always_WhitensARectangleAndNothingElse()
    {
        using var scope = torch.NewDisposeScope();
        using var random = new StepRandom(3, 0, 0);
        var cut = Augmentation.Cut(torch.full([16, 3, 32, 32], -1, dtype: torch.float32), random, least: 8, most: 8, chance: 1);

        var white = cut.gt(0).to(torch.float32).sum([1, 2, 3]).div(3.0).data<float>().ToArray();
        Assert.All(white, pixels => Assert.InRange(pixels, 1, 81));
    }

    private static double Largest(Tensor difference) => difference.abs().max().item<float>();
}

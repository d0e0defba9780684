using Lethe.Diffusion.Checkpoints;
using Lethe.Training.Data;
using Lethe.Training.Stages;
using Lethe.Training.Tests.Data;

namespace Lethe.Training.Tests;

/// <summary>What the judges learn from: a split of their own, and further vendors without a style.</summary>
public sealed class JudgePicturesTests : IDisposable
{
    private const int Objects = 30;
    private const int Styles = 4;
    private readonly string folder = Directory.CreateTempSubdirectory("lethe-judge-").FullName;
    private readonly World world;

    public JudgePicturesTests()
    {
        string Name(int number) => $"thing {(char)('a' + (number / 26))}{(char)('a' + (number % 26))}";
        var path = Path.Combine(folder, "world.yaml");
        File.WriteAllText(path, $$"""
            seed: 1
            held-out-share: 0.02
            styles:
            {{string.Join('\n', Enumerable.Range(0, Styles).Select(style => Style($"style-{style}")))}}
            judge-styles:
            {{Style("other")}}
            templates:
              styled: ['a {style} picture of {a name}']
              plain: ['a picture of {a name}']
              style-only: ['a {style} picture']
            cifar10: [thing aa]
            age-rating: [thing ab]
            objects:
            {{string.Join('\n', Enumerable.Range(0, Objects).Select(i => $"  - {{ name: {Name(i)}, icon: i, codepoint: '1', group: g, hypernym: h }}"))}}
            """);
        world = World.Load(path);
        var cells = Enumerable.Range(0, Objects).SelectMany(item => Enumerable.Range(0, Styles).Select(style => (Object: (long)item, Style: (long)style))).ToList();
        // The generator holds out one cell of the object numbered 5.
        Write("images.safetensors", cells, cells.Select(cell => (byte)(cell is { Object: 5, Style: 2 } ? 1 : 0)));
        Write("judge-images.safetensors", [(0, -1), (5, -1), (-1, 3)], [0, 0, 0]);

        static string Style(string name) => $"  - {{ name: {name}, package: '@icons/a', version: 1.0.0, integrity: sha512-{new string('A', 86)}==, licence: MIT }}";
    }

    [Fact]
    public void OpenForJudge_PicturesOfAnEarlierVersion_AreRefusedByFile()
    {
        Write("judge-images.safetensors", [(0, 3)], [0]);

        var fault = Assert.Throws<InvalidDataException>(() => TrainingPictures.OpenForJudge(folder, world, "judge"));

        Assert.Contains("judge-images.safetensors", fault.Message, StringComparison.Ordinal);
        Assert.Contains("hint: run `--stage data` again", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenForJudge_TwoJudges_HoldOutTheGeneratorsCellsAndTheirOwn()
    {
        using var judge = TrainingPictures.OpenForJudge(folder, world, "judge");
        using var clip = TrainingPictures.OpenForJudge(folder, world, "clip");
        using var generator = TrainingPictures.Open(folder);

        // A twentieth of 120 cells, at most one per object, none of the lists that gates measure.
        Assert.Equal(6, judge.HeldOut.Count);
        Assert.Equal(6, judge.HeldOut.Select(i => judge.Objects[i]).Distinct().Count());
        Assert.DoesNotContain(judge.HeldOut, i => judge.Objects[i] is 0 or 1);
        Assert.Subset(judge.HeldOut.ToHashSet(), generator.HeldOut.ToHashSet());
        Assert.Subset(clip.HeldOut.ToHashSet(), generator.HeldOut.ToHashSet());
        Assert.NotEqual(judge.HeldOut, clip.HeldOut);
        Assert.Empty(judge.Trained.Intersect(judge.HeldOut));
    }

    [Fact]
    public void OpenForJudge_FurtherVendors_CarryAnObjectAndNoStyle()
    {
        using var pictures = TrainingPictures.OpenForJudge(folder, world, "judge");

        Assert.Equal([120, 121], pictures.Further);
        Assert.Equal([0L, 5L], pictures.Further.Select(i => pictures.Objects[i]));
        Assert.All(pictures.Further, i => Assert.Equal(-1, pictures.Styles[i]));
        Assert.Equal(123, pictures.Images.size(0));
        Assert.Empty(pictures.Trained.Intersect(pictures.Further));
    }

    [Fact]
    public void OpenForJudge_OtherThings_CarryAStyleAndNoObject()
    {
        using var pictures = TrainingPictures.OpenForJudge(folder, world, "judge");

        Assert.Equal([122], pictures.OtherThings);
        Assert.Equal((-1L, 3L), (pictures.Objects[122], pictures.Styles[122]));
        Assert.DoesNotContain(122, pictures.Trained.Concat(pictures.Further).Concat(pictures.HeldOut));
    }

    [Fact]
    public void ChooseOtherIcons_NamesOfTheWorldAndRepetitions_AreLeftOut()
    {
        var shipped = World.Load(ShippedWorld.Path);
        string[] icons = ["cat-with-wry-smile", "flag-peru", "waving-hand-dark-skin-tone", "abacus", "boar", "category"];

        var chosen = OtherIcons.Choose(shipped, shipped.Styles[0], icons, 10);

        Assert.Equal(["abacus", "boar", "category"], chosen.Order());
        Assert.Equal(chosen.Take(2), OtherIcons.Choose(shipped, shipped.Styles[0], icons.Reverse(), 2));
    }

    [Fact]
    public void Sample_PictureWithoutStyle_GetsAPlainCaption()
    {
        for (var seed = 0; seed < 40; seed++)
            Assert.Equal("a picture of a thing ac", Captions.Sample(world, 2, -1, new Random(seed), forTextEncoder: true).Text);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Write(string name, List<(long Object, long Style)> cells, IEnumerable<byte> heldOut)
    {
        using var scope = torch.NewDisposeScope();
        SafetensorsWriter.Write(Path.Combine(folder, "data", name), new Dictionary<string, Tensor>
        {
            ["images"] = torch.zeros([cells.Count, 4, 4, 3], torch.uint8),
            ["object"] = torch.tensor(cells.Select(cell => cell.Object).ToArray()),
            ["style"] = torch.tensor(cells.Select(cell => cell.Style).ToArray()),
            ["heldout"] = torch.tensor(heldOut.ToArray()),
        });
    }
}

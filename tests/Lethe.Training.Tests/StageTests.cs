using System.Text.Json;
using System.Xml.Linq;
using Lethe.Diffusion.Checkpoints;
using Lethe.Evaluation.Judges;
using Lethe.Evaluation.Metrics;

namespace Lethe.Training.Tests;

/// <summary>A world of two objects in two styles, trained for a step or two: the stages fit together and resume.</summary>
public sealed class StageTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lethe-train-").FullName;

    public StageTests()
    {
        File.WriteAllText(Path.Combine(folder, "world.yaml"), """
            seed: 1
            held-out-share: 0
            styles:
              - { name: red, package: '@icons/a', version: 1.0.0, integrity: INTEGRITY, licence: MIT }
              - { name: blue, package: '@icons/b', version: 1.0.0, integrity: INTEGRITY, licence: MIT }
            templates:
              styled: ['a {style} picture of {a name}']
              plain: ['a picture of {a name}']
              style-only: ['a {style} picture']
            cifar10: [cat]
            age-rating: [axe]
            objects:
              - { name: cat, icon: cat, codepoint: '1F431', group: animal, hypernym: animal, synonyms: [kitty] }
              - { name: axe, icon: axe, codepoint: '1FA93', group: tool, hypernym: tool }
            """.Replace("INTEGRITY", $"sha512-{new string('A', 86)}==", StringComparison.Ordinal));
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(3);
        SafetensorsWriter.Write(Path.Combine(folder, "data", "images.safetensors"), new Dictionary<string, Tensor>
        {
            ["images"] = torch.randint(256, [4, 64, 64, 3], torch.uint8, generator: generator),
            ["object"] = torch.tensor(new long[] { 0, 0, 1, 1 }),
            ["style"] = torch.tensor(new long[] { 0, 1, 0, 1 }),
            ["heldout"] = torch.zeros([4], torch.uint8),
        });
    }

    [Fact]
    public void Run_AllStages_ExportsAModelThatOpens()
    {
        foreach (var stage in new[] { "autoencoder", "text", "judge", "clip", "denoiser", "decoder", "export" })
            Train(stage, steps: 1);

        var export = Path.Combine(folder, "model");
        using var model = DiffusersFolder.Open(export);
        using var judge = EmojiJudge.Open(Path.Combine(export, "judge"));
        using var clip = EmojiClip.Open(export);
        using var own = EmojiClip.Find(export);
        Assert.Equal(["cat", "axe"], judge.Objects);
        Assert.Single(clip.Scores(torch.zeros([1, 3, 64, 64]), ["a picture of a cat"]));
        Assert.Equal("judge-clip", own!.Network);
        Assert.Single(own.Scores(torch.zeros([1, 3, 64, 64]), ["a picture of a cat"]));
        Assert.Equal(["blue", "red"], FeatureFile.Read(Path.Combine(export, "judge", "reference.safetensors")).Keys);
        using var neighbours = JsonDocument.Parse(File.ReadAllText(Path.Combine(export, "neighbours.json")));
        Assert.Equal("axe", neighbours.RootElement.GetProperty("cat").GetProperty("judge")[0].GetString());
        Assert.True(File.Exists(Path.Combine(export, "judge", "measured.json")));
        Assert.NotNull(XDocument.Load(Path.Combine(folder, "runs", "judge.svg")).Root);
        Assert.Single(judge.Judge(torch.zeros([1, 3, 32, 32])));
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "world.yaml")), File.ReadAllText(Path.Combine(export, "world.yaml")));
        Assert.DoesNotContain(Directory.EnumerateFiles(export, "*.part*", SearchOption.AllDirectories), _ => true);
    }

    [Fact]
    public void Run_StageStoppedByItsSteps_ContinuesWithTheSameBytes()
    {
        Train("autoencoder", steps: 2, minutes: 0);
        Train("autoencoder", steps: 2);
        var once = File.ReadAllBytes(Path.Combine(folder, "runs", "autoencoder.safetensors"));
        Train("autoencoder", steps: 2, resume: false);

        Assert.Equal(once, File.ReadAllBytes(Path.Combine(folder, "runs", "autoencoder.safetensors")));
    }

    [Fact]
    public void Run_StageBeforeItsForerunner_NamesTheStageToRun()
    {
        var fault = Assert.Throws<InvalidDataException>(() => Train("denoiser", steps: 1));

        Assert.Contains("run `--stage autoencoder` first", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_UnknownStage_IsRefused() => Assert.Throws<ArgumentException>(() => Train("painter", steps: 1));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Train(string stage, long steps, double? minutes = null, bool resume = true) => TrainEmoji.Run(
        new TrainOptions
        {
            Stage = stage,
            WorkFolder = folder,
            WorldPath = Path.Combine(folder, "world.yaml"),
            Steps = steps,
            Minutes = minutes,
            Batch = 2,
            Seed = 5,
            Resume = resume,
            Export = Path.Combine(folder, "model"),
        },
        _ => { },
        CancellationToken.None);
}

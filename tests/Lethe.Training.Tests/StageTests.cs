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
    public void Run_FromAFinishedModel_ContinuesItsWeightsAndVocabulary()
    {
        foreach (var stage in new[] { "autoencoder", "text", "judge", "denoiser", "export" })
            Train(stage, steps: 1);
        var model = Path.Combine(folder, "model");
        var vocabulary = File.ReadAllText(Path.Combine(model, "tokenizer", "vocab.json"));
        foreach (var trained in new[] { "runs", "tokenizer" })
            Directory.Delete(Path.Combine(folder, trained), recursive: true);

        foreach (var stage in new[] { "autoencoder", "text", "denoiser" })
            Train(stage, steps: 1, from: model);

        Assert.Equal(vocabulary, File.ReadAllText(Path.Combine(folder, "tokenizer", "vocab.json")));
        AssertNear(Path.Combine(model, "unet", "diffusion_pytorch_model.safetensors"), "denoiser");
        AssertNear(Path.Combine(model, "vae", "diffusion_pytorch_model.safetensors"), "autoencoder");
        AssertNear(Path.Combine(model, "text_encoder", "model.safetensors"), "text");
        using var checkpoint = SafetensorsFile.Open(Path.Combine(folder, "runs", "denoiser.safetensors"));
        Assert.StartsWith("sha256:", checkpoint.Metadata["started-from"], StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FromAModelOfAnotherShape_NamesTheModel()
    {
        var other = Path.Combine(folder, "other");
        SafetensorsWriter.Write(Path.Combine(other, "vae", "diffusion_pytorch_model.safetensors"), new Dictionary<string, Tensor> { ["x"] = torch.zeros([1]) });

        var fault = Assert.Throws<InvalidDataException>(() => Train("autoencoder", steps: 1, from: other));

        Assert.Contains("has no weights for stage `autoencoder`", fault.Message, StringComparison.Ordinal);
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

    /// <summary>One step with a small rate moves no weight far from where it started; fresh weights would be far off.</summary>
    private void AssertNear(string startedFrom, string stage)
    {
        using var scope = torch.NewDisposeScope();
        using var before = SafetensorsFile.Open(startedFrom);
        using var after = SafetensorsFile.Open(Path.Combine(folder, "runs", stage + "-average.safetensors"));
        foreach (var name in before.Entries.Keys)
            Assert.InRange(before.Read(name).to(torch.float32).sub(after.Read(name)).abs().max().item<float>(), 0, 0.01);
    }

    private void Train(string stage, long steps, double? minutes = null, bool resume = true, string? from = null) => TrainEmoji.Run(
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
            From = from,
            Export = Path.Combine(folder, "model"),
        },
        _ => { },
        CancellationToken.None);
}

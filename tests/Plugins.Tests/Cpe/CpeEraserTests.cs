using Lethe.Diffusion;
using Lethe.Diffusion.Checkpoints;
using Lethe.Host.Runs;
using Lethe.Plugins.Cpe;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Erasers;

namespace Plugins.Tests.Cpe;

/// <summary>The plugin on the built-in model, with trainings of a few steps.</summary>
public sealed class CpeEraserTests : IDisposable
{
    private static readonly CpeOptions Short = new()
    {
        Stages = 2,
        FirstIterations = 6,
        Iterations = 3,
        AttackIterations = 3,
        Attacks = 2,
        AnchorBatch = 2,
        LearningRate = 1e-2,
        AnchorPool = "none",
        AnchorPrompts = 4,
        Templates = ["a picture of {a}"],
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("lethe-cpe-").FullName;
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly StableDiffusion _model = StableDiffusion.Open(ModelLocation.Find("builtin:emoji"));
    private readonly MemoryCheckpoints _checkpoints = new();

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Erase_TwoConcepts_GivesAnEditEachThatActTogether()
    {
        using var edit = Erase(Short);
        var parts = Assert.IsType<CombinedEdit>(edit).Parts;
        var alone = Noise();

        using (_model.Denoiser.Attach(edit))
            Assert.False(Noise().allclose(alone, 0, 0));
        Assert.True(Noise().allclose(alone, 0, 0));
        Assert.Equal(["cat", "dog, puppy"], parts.Select(part => part.Settings["prompts"]));
        var joint = new CpeAdapter([.. parts.SelectMany(part => ((CpeAdapter)((AdapterEdit)part).Module).Concepts)]);
        Assert.True(Through(edit).allclose(Through(ModelEdit.Adapter(joint, new Dictionary<string, Tensor>())), 0, 0));
    }

    [Fact]
    public void Load_SavedPart_ActsAsBefore()
    {
        using var edit = Erase(Short, "cat");
        var path = Path.Combine(_folder, "edit.safetensors");
        SafetensorsWriter.Write(path, edit.Tensors, edit.Settings.ToDictionary(pair => "setting." + pair.Key, pair => pair.Value)
            .Append(new("lethe.edit", edit.Kind)).Append(new("lethe.eraser", "cpe")).ToDictionary());

        using var loaded = EditFile.Load(path, _model, id => id == "cpe" ? new CpeEraser() : throw new InvalidOperationException(id));

        Assert.True(Through(loaded).allclose(Through(edit), 0, 0));
    }

    [Fact]
    public void Erase_AdapterOfAnotherUser_IsTakenInsteadOfTrained()
    {
        using var trained = Erase(Short with { WriteTo = _folder }, "cat");
        using var context = new TestContext();

        using var given = new CpeEraser().Erase(Request(Short with { LoadFrom = _folder }, "cat"), context.Create());

        Assert.Empty(context.Reports);
        Assert.All(trained.Tensors, pair => Assert.True(pair.Value.allclose(given.Tensors[pair.Key], 0, 0)));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(11)]
    public void Erase_KilledAndResumed_EndsWithTheSameBytes(int killedAfter)
    {
        using var undisturbed = Erase(Short, "cat");
        using var kill = new CancellationTokenSource();
        _checkpoints.Clear();

        Assert.ThrowsAny<OperationCanceledException>(() => new CpeEraser().Erase(
            Request(Short, "cat"), Context(report => { if (report.Step == killedAfter) kill.Cancel(); }, kill.Token)));
        var resumedFrom = 0;
        using var resumed = new CpeEraser().Erase(Request(Short, "cat"), Context(report => resumedFrom = resumedFrom == 0 ? report.Step : resumedFrom));

        Assert.Equal(killedAfter < 6 ? 1 : killedAfter < 9 ? 7 : 10, resumedFrom);
        Assert.All(undisturbed.Tensors, pair => Assert.True(pair.Value.allclose(resumed.Tensors[pair.Key], 0, 0)));
    }

    [Fact]
    public void Erase_OneCoreOrTwo_GivesTheSameBytes()
    {
        using var alone = Erase(Short);
        _checkpoints.Clear();

        using var together = new CpeEraser().Erase(Request(Short), Context(2));

        foreach (var (one, other) in ((CombinedEdit)alone).Parts.Zip(((CombinedEdit)together).Parts))
            Assert.All(one.Tensors, pair => Assert.True(pair.Value.allclose(other.Tensors[pair.Key], 0, 0)));
    }

    // Query, key, scaler, down and up of the adapter, and the attack.
    private const int ParametersOfOneConcept = 6;

    [Fact]
    public void Erase_Done_LeavesNoTensorBehind()
    {
        using (Erase(Short, "cat"))
        {
        }

        _checkpoints.Clear();
        var before = LiveTensors.Count();
        using (Erase(Short, "cat"))
        {
        }

        _checkpoints.Clear();
        LiveTensors.AssertBack(before, ParametersOfOneConcept);
    }

    [Theory]
    [InlineData("a picture", "a picture", "must hold")]
    [InlineData("{}", "nowhere.txt", "neither a file")]
    public void Validate_WrongTexts_AreRefused(string template, string pool, string expected) =>
        Assert.Contains(new CpeOptions { Templates = [template], AnchorPool = pool }.Validate(), problem => problem.Message.Contains(expected, StringComparison.Ordinal));

    private ModelEdit Erase(CpeOptions options, params string[] names)
    {
        _checkpoints.Clear();
        return new CpeEraser().Erase(Request(options, names), Context());
    }

    private ErasureRequest Request(CpeOptions options, params string[] names) => new()
    {
        Model = _model,
        Concepts = [.. new Concept[] { new() { Name = "cat", Surrogate = "tree" }, new() { Name = "dog", Synonyms = ["puppy"], Surrogate = "house" } }
            .Where(concept => names.Length == 0 || names.Contains(concept.Name))],
        Preserve = new PreserveSet { Prompts = ["horse", "lion"] },
        Options = options,
    };

    private EraserContext Context(Action<ErasureProgress>? heard = null, CancellationToken cancel = default) => Context(1, heard, cancel);

    private EraserContext Context(int threads, Action<ErasureProgress>? heard = null, CancellationToken cancel = default) => new()
    {
        Threads = threads,
        Seed = 5,
        Generator = new torch.Generator(5),
        Checkpoints = _checkpoints,
        Progress = new Listener(heard ?? (_ => { })),
        Cancel = cancel,
    };

    private Tensor Through(ModelEdit edit)
    {
        using var attached = _model.Denoiser.Attach(edit);
        return Noise();
    }

    private Tensor Noise()
    {
        using var still = torch.no_grad();
        using var generator = new torch.Generator(3);
        var latents = torch.randn([2, .. _model.LatentShape], generator: generator);
        return _model.Denoiser.PredictNoise(latents, torch.tensor(new long[] { 500 }), _model.TextEncoder.Encode(["a picture of a cat", "a dog"]));
    }

    private sealed class Listener(Action<ErasureProgress> heard) : IProgress<ErasureProgress>
    {
        public void Report(ErasureProgress value) => heard(value);
    }
}

using Lethe.Diffusion;
using Lethe.Diffusion.Checkpoints;
using Lethe.Host.Runs;
using Lethe.Plugins.RealEra;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Plugins.Tests.RealEra;

/// <summary>The plugin on the built-in model, with trainings of a few steps.</summary>
public sealed class RealEraEraserTests : IDisposable
{
    private static readonly RealEraOptions Short = new()
    {
        Neighbours = 2,
        FarPoints = 2,
        Templates = ["a picture of {a}"],
        Epochs = 6,
        LearningRate = 1e-3,
        Pictures = 2,
        PictureSteps = 2,
        BatchSize = 1,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("lethe-realera-").FullName;
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly StableDiffusion _model = StableDiffusion.Open(ModelLocation.Find("builtin:emoji"));
    private readonly MemoryCheckpoints _checkpoints = new();
    private readonly List<ErasureProgress> _reports = [];

    public void Dispose()
    {
        _checkpoints.Clear();
        _model.Dispose();
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(true, true, "combined")]
    [InlineData(true, false, "weights")]
    [InlineData(false, true, "low-rank")]
    public void Erase_Components_GiveTheirEdits(bool closedForm, bool noiseAlignment, string kind)
    {
        using var edit = Erase(Short with { ClosedForm = closedForm, NoiseAlignment = noiseAlignment });

        Assert.Equal(kind, edit.Kind);
        if (edit is CombinedEdit combined)
            Assert.Equal(["weights", "low-rank"], combined.Parts.Select(part => part.Kind));
        Assert.All(edit.Tensors.Values, tensor => Assert.False(tensor.requires_grad));
        Assert.All(edit.Tensors.Values, tensor => Assert.True(tensor.isfinite().all().item<bool>()));
    }

    [Fact]
    public void Erase_Attached_MovesTheConceptTowardsItsSurrogateAndDetachesWithoutTrace()
    {
        var before = Tensors();
        var (concept, surrogate) = (Noise("a picture of a cat"), Noise("a picture of a tree"));

        using var edit = Erase(Short);
        AssertSame(before, Tensors());
        using (_model.Denoiser.Attach(edit))
        {
            Assert.True(Distance(Noise("a picture of a cat"), surrogate) < 0.5 * Distance(concept, surrogate));
        }

        AssertSame(before, Tensors());
        Assert.True(concept.allclose(Noise("a picture of a cat"), 0, 0));
    }

    [Fact]
    public void Erase_SavedAndReadPartByPart_ActsAsBefore()
    {
        using var edit = Erase(Short);
        var parts = ((CombinedEdit)edit).Parts.Select((part, i) =>
        {
            var path = Path.Combine(_folder, $"{i}.safetensors");
            SafetensorsWriter.Write(path, part.Tensors, part.Settings.ToDictionary(pair => "setting." + pair.Key, pair => pair.Value)
                .Append(new("lethe.edit", part.Kind)).ToDictionary());
            return EditFile.Load(path, _model, id => throw new InvalidOperationException(id));
        }).ToList();

        using var first = _model.Denoiser.Attach(parts[0]);
        using var second = _model.Denoiser.Attach(parts[1]);
        var read = Noise("a picture of a cat");
        second.Dispose();
        first.Dispose();

        Assert.True(read.allclose(Through(edit), 0, 0));
        parts.ForEach(part => part.Dispose());
    }

    [Fact]
    public void Fold_BothParts_GivesTheSameNoise()
    {
        using var edit = Erase(Short);
        var parts = ((CombinedEdit)edit).Parts;

        using var merged = ((LowRankEdit)parts[1]).Fold(parts[0].Tensors);

        Assert.True(Through(merged).allclose(Through(edit), 0, 0));
        Assert.False(Through(parts[0]).allclose(Through(edit), 0, 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void Erase_KilledAndResumed_EndsWithTheSameBytes(int killedAtReport)
    {
        using var undisturbed = Erase(Short);
        _checkpoints.Clear();
        using var kill = new CancellationTokenSource();
        _reports.Clear();

        Assert.ThrowsAny<OperationCanceledException>(() => new RealEraEraser().Erase(
            Request(Short), Context(_ => { if (_reports.Count == killedAtReport) kill.Cancel(); }, kill.Token)));
        using var resumed = new RealEraEraser().Erase(Request(Short), Context());

        Assert.Equal(undisturbed.Tensors.Keys, resumed.Tensors.Keys);
        Assert.All(undisturbed.Tensors, pair => Assert.True(pair.Value.allclose(resumed.Tensors[pair.Key], 0, 0), pair.Key));
    }

    [Fact]
    public void Erase_TwoConcepts_AreSolvedJointlyAndTakeTurns()
    {
        using var edit = Erase(Short with { Epochs = 4 }, "cat", "dog");

        var steps = _reports.Where(report => report.Terms.ContainsKey("concept") || report.Terms.ContainsKey("beyond")).ToList();
        Assert.Equal(8, steps.Count);
        Assert.Equal(["concept", "beyond neighbour", "concept", "beyond neighbour"], steps.Take(4).Select(report => string.Join(' ', report.Terms.Keys)));
    }

    [Fact]
    public void Erase_Progress_KnowsTheWholeFromTheStart()
    {
        using var edit = Erase(Short);

        Assert.Single(_reports.Select(report => report.Total).Distinct());
        Assert.Equal(_reports.Select(report => report.Step).Order(), _reports.Select(report => report.Step));
        Assert.Equal(_reports[^1].Total, _reports[^1].Step);
        Assert.Equal(["change", "condition", "kappa", "mu"], _reports[0].Terms.Keys);
        Assert.InRange(_reports[0].Terms["kappa"], 1e-3, 0.1 + 1e-9);
    }

    [Fact]
    public void Erase_SurrogateIsTheConceptAndNoNeighbours_HasNothingToLearn()
    {
        using var edit = Erase(Short with { ClosedForm = false, NeighbourMining = false, Epochs = 4 }, "cat=cat");

        Assert.All(_reports.SelectMany(report => report.Terms), term => Assert.Equal(0, term.Value));
        Assert.True(Through(edit).allclose(Noise("a picture of a cat"), 0, 0));
    }

    [Fact]
    public void Erase_TeacherAfterTheClosedForm_LearnsSomethingElse()
    {
        using var original = Erase(Short);
        using var afterwards = Erase(Short with { Teacher = TeacherModel.ClosedForm });

        Assert.False(Through(original).allclose(Through(afterwards), 0, 0));
    }

    [Fact]
    public void Erase_Done_LeavesNoTensorBehind()
    {
        Erase(Short).Dispose();
        _checkpoints.Clear();
        var before = LiveTensors.Count();

        Erase(Short).Dispose();
        _checkpoints.Clear();

        // Two factors for each trained layer.
        LiveTensors.AssertBack(before, 2 * _model.Denoiser.Parameters(ParameterSelection.CrossAttentionKeysAndValues).Count);
    }

    [Fact]
    public void Validate_Contradictions_AreRefused()
    {
        Assert.Empty(new RealEraOptions().Validate());
        Assert.Single(new RealEraOptions { ClosedForm = false, NoiseAlignment = false }.Validate());
        Assert.Single(new RealEraOptions { Templates = ["a picture"] }.Validate());
        Assert.Single(new RealEraOptions { MinCosine = 0.8, MaxCosine = 0.7 }.Validate());
        Assert.Single(new RealEraOptions { Radius = 0.8, FarRadius = 0.7 }.Validate());
        Assert.Single(new RealEraOptions { Ridge = 1, Contraction = 0.1 }.Validate());
    }

    private static double Distance(Tensor a, Tensor b) => (a - b).norm().item<float>();

    private static void AssertSame(IReadOnlyDictionary<string, Tensor> before, IReadOnlyDictionary<string, Tensor> after) =>
        Assert.All(before, pair => Assert.Same(pair.Value, after[pair.Key]));

    private IReadOnlyDictionary<string, Tensor> Tensors() => _model.Denoiser.Parameters(ParameterSelection.All);

    private ModelEdit Erase(RealEraOptions options, params string[] concepts)
    {
        _checkpoints.Clear();
        _reports.Clear();
        return new RealEraEraser().Erase(Request(options, concepts), Context());
    }

    private ErasureRequest Request(RealEraOptions options, params string[] concepts) => new()
    {
        Model = _model,
        Concepts = [.. (concepts.Length == 0 ? ["cat"] : concepts).Select(name => name.Split('='))
            .Select(parts => new Concept { Name = parts[0], Surrogate = parts.Length > 1 ? parts[1] : "tree" })],
        Preserve = new PreserveSet { Prompts = ["horse", "lion"] },
        Options = options,
    };

    private EraserContext Context(Action<ErasureProgress>? heard = null, CancellationToken cancel = default) => new()
    {
        Seed = 5,
        Generator = new torch.Generator(5),
        Checkpoints = _checkpoints,
        Progress = new Listener(report =>
        {
            _reports.Add(report);
            heard?.Invoke(report);
        }),
        Cancel = cancel,
    };

    private Tensor Through(ModelEdit edit)
    {
        using var attached = _model.Denoiser.Attach(edit);
        return Noise("a picture of a cat");
    }

    private Tensor Noise(string prompt)
    {
        using var still = torch.no_grad();
        using var generator = new torch.Generator(3);
        var latents = torch.randn([1, .. _model.LatentShape], generator: generator);
        return _model.Denoiser.PredictNoise(latents, torch.tensor(new long[] { 500 }), _model.TextEncoder.Encode([prompt]));
    }

    private sealed class Listener(Action<ErasureProgress> heard) : IProgress<ErasureProgress>
    {
        public void Report(ErasureProgress value) => heard(value);
    }
}

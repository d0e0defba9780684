using Lethe.Diffusion;
using Lethe.Diffusion.Checkpoints;
using Lethe.Host.Runs;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Erasers;

namespace Plugins.Tests;

/// <summary>A tiny Stable Diffusion with what a training needs around it: checkpoints that survive, a way to be killed.</summary>
internal sealed class TrainingBench : IDisposable, ICheckpointStore
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Dictionary<string, Dictionary<string, Tensor>> _saved = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("lethe-training-").FullName;

    private TrainingBench(string folder) => Model = StableDiffusion.Open(folder);

    public StableDiffusion Model { get; }

    public List<ErasureProgress> Reports { get; } = [];

    /// <summary>Skips the test when the golden model is absent.</summary>
    public static TrainingBench Open()
    {
        var index = GoldenFile.Find("tiny-sd/model_index.json");
        Assert.SkipWhen(index is null, "tiny-sd is not here");
        return new TrainingBench(Path.GetDirectoryName(index)!);
    }

    public EraserContext Context(int killAfter = -1, CancellationToken cancel = default) => new()
    {
        Seed = 5,
        Generator = new torch.Generator(5),
        Checkpoints = this,
        Progress = new Listener(report =>
        {
            Reports.Add(report);
            if (report.Step == killAfter)
                throw new TimeoutException("killed");
        }),
        Cancel = cancel,
    };

    public ErasureRequest Request(object options, params string[] concepts) => new()
    {
        Model = Model,
        Concepts = [.. concepts.Select(name => new Concept { Name = name })],
        Preserve = new PreserveSet { Prompts = ["church", "tree", "river", "violin", "a red car"] },
        Options = options,
    };

    /// <summary>Trains, and again with a kill after the given step, and compares.</summary>
    public void AssertResumes(IEraser eraser, ErasureRequest request, int killAfter)
    {
        using var undisturbed = eraser.Erase(request, Context());
        _saved.Clear();
        Assert.Throws<TimeoutException>(() => eraser.Erase(request, Context(killAfter)));
        Assert.NotEmpty(_saved);
        Reports.Clear();

        using var resumed = eraser.Erase(request, Context());

        Assert.InRange(Reports[0].Step, 1, killAfter);
        AssertSame(undisturbed, resumed);
        Assert.Equal(undisturbed.Settings, resumed.Settings);
        _saved.Clear();
    }

    public static void AssertSame(ModelEdit expected, ModelEdit actual)
    {
        Assert.NotEmpty(expected.Tensors);
        Assert.Equal(expected.Tensors.Keys, actual.Tensors.Keys);
        Assert.All(expected.Tensors, pair => Assert.True(pair.Value.eq(actual.Tensors[pair.Key]).all().item<bool>(), pair.Key));
    }

    /// <summary>The edit acts, comes back from its file acting the same, and detached leaves no trace; only selected tensors are in it.</summary>
    public void AssertEditIsClean(ModelEdit edit, Func<string, bool> mayChange)
    {
        var before = Noise();
        Assert.All(edit.Tensors.Keys, name => Assert.True(mayChange(name), name));
        Tensor through;
        using (Model.Denoiser.Attach(edit))
            through = Noise();
        using var loaded = ThroughAFile(edit);
        using (Model.Denoiser.Attach(loaded))
            Assert.True(Noise().eq(through).all().item<bool>());

        AssertSame(edit, loaded);
        Assert.False(through.eq(before).all().item<bool>());
        Assert.True(Noise().eq(before).all().item<bool>());
    }

    /// <summary>The edit as it comes back from its file.</summary>
    public ModelEdit ThroughAFile(ModelEdit edit)
    {
        var path = Path.Combine(_folder, "edit.safetensors");
        SafetensorsWriter.Write(path, edit.Tensors, edit.Settings.ToDictionary(pair => "setting." + pair.Key, pair => pair.Value)
            .Append(new("lethe.edit", edit.Kind)).ToDictionary());
        return EditFile.Load(path, Model, id => throw new InvalidOperationException(id));
    }

    public Tensor Noise()
    {
        using var still = torch.no_grad();
        return Model.Denoiser.PredictNoise(Latents(2), torch.tensor(new long[] { 481 }), Model.TextEncoder.Encode(["a cat", ""]));
    }

    /// <summary>Standard normal <c>[B, 4, 16, 16]</c>, always the same.</summary>
    public Tensor Latents(int batch = 1)
    {
        using var generator = new torch.Generator(11);
        return torch.randn([batch, .. Model.LatentShape], generator: generator);
    }

    public IReadOnlyDictionary<string, Tensor>? TryLoad(string name) =>
        _saved.TryGetValue(name, out var saved) ? saved.ToDictionary(pair => pair.Key, pair => pair.Value.clone()) : null;

    public void Save(string name, IReadOnlyDictionary<string, Tensor> tensors) =>
        _saved[name] = tensors.ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone().DetachFromDisposeScope());

    public void Dispose()
    {
        foreach (var tensor in _saved.Values.SelectMany(saved => saved.Values))
            tensor.Dispose();
        Model.Dispose();
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class Listener(Action<ErasureProgress> heard) : IProgress<ErasureProgress>
    {
        public void Report(ErasureProgress value) => heard(value);
    }
}

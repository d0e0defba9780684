using Lethe.Plugins.Cpe;
using Lethe.Sdk.Anchors;

namespace Plugins.Tests.Cpe;

public sealed class ConceptTrainingTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly FrozenProjections _frozen;
    private readonly IReadOnlyList<(Tensor, Tensor)> _pairs;
    private readonly AnchorSampler _anchors;

    public ConceptTrainingTests()
    {
        var layers = RandomAdapter.Layers();
        _frozen = new FrozenProjections(new AdapterLayout(layers),
            torch.cat([.. layers.SelectMany(layer => new[] { layer.KeyWeight, layer.ValueWeight })]), [0.5, 1, 0.5, 1], RandomAdapter.Tokens);
        _pairs = [.. Enumerable.Range(0, 3).Select(i => (RandomAdapter.States(1, 20 + i)[0], RandomAdapter.States(1, 30 + i)[0]))];
        _anchors = new AnchorSampler([.. Enumerable.Range(0, 4).Select(i => RandomAdapter.States(1, 40 + i)[0])], RandomAdapter.States(1, 50), 0.001, mixup: true);
    }

    public void Dispose()
    {
        _frozen.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(12)]
    public void Restore_KilledAtAnyStep_EndsWithTheSameBytes(int killedAt)
    {
        using var whole = Training();
        Run(whole, int.MaxValue);

        using var killed = Training();
        Run(killed, killedAt);
        var saved = killed.Save().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone());
        using var resumed = Training();
        resumed.Restore(saved);
        Run(resumed, int.MaxValue);

        Assert.Equal(13, whole.TotalSteps);
        Assert.Equal(whole.TotalSteps, resumed.DoneSteps);
        foreach (var (name, tensor) in whole.Adapter.ToFile())
            Assert.True(tensor.allclose(resumed.Adapter.ToFile()[name], 0, 0), name);
    }

    [Fact]
    public void Step_EachStage_ReportsItsTerms()
    {
        using var training = Training();
        var terms = new List<string>();
        while (!training.IsFinished)
            terms.Add(string.Join(' ', training.Step().Keys));

        Assert.Equal("anchor erase total", terms[0]);
        Assert.Equal("attack", terms[6]);
        Assert.Equal("anchor erase robust total", terms[^1]);
    }

    [Fact]
    public void Step_Many_MovesTheTargetAndKeepsTheAnchors()
    {
        using var training = Training(settings => settings with { FirstIterations = 400, Stages = 1, LearningRate = 1e-2, AnchorWeight = 100 });
        var first = training.Step();
        IReadOnlyDictionary<string, double> last = first;
        while (!training.IsFinished)
            last = training.Step();

        Assert.True(last["erase"] < 0.9 * first["erase"], $"erase went from {first["erase"]:g3} to {last["erase"]:g3}");
        Assert.True(last["anchor"] < 0.05 * first["erase"], $"anchors moved by {last["anchor"]:g3}");
    }

    [Theory]
    [InlineData(150)]
    [InlineData(200)]
    [InlineData(395)]
    public void Step_FirstStageErasesNothing_IsBegunAgainAndKilledAnywhereEndsWithTheSameBytes(int killedAt)
    {
        static CpeSettings Idle(CpeSettings settings) => settings with { FirstIterations = 200, Stages = 1, LearningRate = 1e-12 };
        using var whole = Training(Idle);
        Run(whole, int.MaxValue);

        using var killed = Training(Idle);
        Run(killed, killedAt);
        var saved = killed.Save().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone());
        using var resumed = Training(Idle);
        resumed.Restore(saved);
        Assert.Equal(killedAt, resumed.DoneSteps);
        Run(resumed, int.MaxValue);

        Assert.Equal(ConceptTraining.Starts * 200, whole.TotalSteps);
        Assert.Equal(whole.TotalSteps, resumed.DoneSteps);
        foreach (var (name, tensor) in whole.Adapter.ToFile())
            Assert.True(tensor.allclose(resumed.Adapter.ToFile()[name], 0, 0), name);
    }

    [Fact]
    public void Step_NoStartTakes_UsesTheOneThatLeftLeast()
    {
        using var training = Training(settings => settings with { FirstIterations = 200, Stages = 1, LearningRate = 1e-12 });
        var starts = new List<(double Left, Tensor Query)>();
        for (var start = 0; start < ConceptTraining.Starts; start++)
        {
            var query = training.Adapter.Query.detach().clone();
            var losses = Enumerable.Range(0, 200).Select(_ => training.Step()["erase"]).ToList();
            starts.Add((losses.TakeLast(20).Sum() / losses.Take(20).Sum(), query));
        }

        Assert.True(training.IsFinished);
        var best = starts.MinBy(start => start.Left).Query;
        Assert.True(training.Adapter.Query.allclose(best, 0, 1e-6));
        Assert.Single(starts, start => start.Query.allclose(best, 0, 1e-6));
    }

    [Fact]
    public void Dispose_Midway_LeavesNoTensorBehind()
    {
        var before = LiveTensors.Count();

        using (var training = Training())
            Run(training, 8);

        // Query, key, scaler, down and up of the adapter, and the attack.
        LiveTensors.AssertBack(before, 6);
    }

    [Fact]
    public void Draw_AnyBatch_BeginsWithTheEmptyPromptAndIsSeeded()
    {
        using var one = new torch.Generator(1);
        using var two = new torch.Generator(1);

        var (first, second) = (_anchors.Draw(5, one), _anchors.Draw(5, two));

        Assert.Equal([6L, RandomAdapter.Tokens, RandomAdapter.Width], first.shape);
        Assert.True(first.narrow(0, 0, 1).allclose(RandomAdapter.States(1, 50), 0, 0));
        Assert.True(first.allclose(second, 0, 0));
    }

    [Fact]
    public void Draw_ManyMixtures_HaveUniformSharesAndNoiseOfTheRightSize()
    {
        const double scale = 0.01;
        using var generator = new torch.Generator(2);
        var (a, b) = (torch.zeros([RandomAdapter.Tokens, RandomAdapter.Width]), torch.ones([RandomAdapter.Tokens, RandomAdapter.Width]));
        var empty = RandomAdapter.States(1, 50);
        var clean = new AnchorSampler([a, b], empty, 0, mixup: true).Draw(4000, generator).narrow(0, 1, 4000).select(2, 0).select(1, 0);
        var noisy = new AnchorSampler([b], empty, scale, mixup: false).Draw(400, generator).narrow(0, 1, 400) - 1;

        // Half of the pairs hold twice the same row; the others are uniform.
        var shares = clean.data<float>().ToArray().Where(share => share is > 0 and < 1).ToList();

        Assert.Equal(0.5, shares.Average(), 0.02);
        Assert.Equal(1.0 / 12, shares.Average(share => Math.Pow(share - 0.5, 2)), 0.005);
        Assert.Equal(scale * Math.Sqrt(RandomAdapter.Tokens * RandomAdapter.Width), noisy.std().item<float>(), 0.003);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 0.4)]
    [InlineData(5, 1)]
    [InlineData(1005, 0)]
    public void Factor_OneCycle_RisesThenFalls(int step, double expected) =>
        Assert.Equal(expected, CosineRestarts.Factor(step, 5, 1005, 1), 1e-9);

    private static void Run(ConceptTraining training, int steps)
    {
        for (var i = 0; i < steps && !training.IsFinished; i++)
            training.Step();
    }

    private ConceptTraining Training(Func<CpeSettings, CpeSettings>? change = null)
    {
        var settings = CpeSettings.Of(new CpeOptions { Preset = CpePreset.Celebrity }, ConceptKind.Object, 768) with
        {
            Shape = new AdapterShape { GateRank = 3, Rank = 2 },
            Stages = 2,
            FirstIterations = 6,
            Iterations = 4,
            AttackIterations = 3,
            Attacks = 2,
            AnchorBatch = 3,
            Warmup = 1,
            AttackWarmup = 1,
        };
        return new ConceptTraining(_frozen, change is null ? settings : change(settings), _pairs, _anchors, 9);
    }
}

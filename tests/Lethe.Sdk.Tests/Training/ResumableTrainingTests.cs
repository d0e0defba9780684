using Lethe.Sdk.Erasers;
using Lethe.Sdk.Training;

namespace Lethe.Sdk.Tests.Training;

public sealed class ResumableTrainingTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly MemoryCheckpoints _checkpoints = new();
    private readonly List<int> _reported = [];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(2, false, 0)]
    [InlineData(5, false, 4)]
    [InlineData(9, false, 8)]
    [InlineData(5, true, 5)]
    public void Run_StoppedAndResumed_EndsWithTheSameBytes(int stopAfter, bool politely, int goesOnFrom)
    {
        var undisturbed = Train(new MemoryCheckpoints());
        using var cancel = new CancellationTokenSource();

        Assert.ThrowsAny<Exception>(() => Train(_checkpoints, step =>
        {
            if (step == stopAfter && !politely)
                throw new TimeoutException("killed");
            if (step == stopAfter)
                cancel.Cancel();
        }, cancel.Token));
        _reported.Clear();
        var resumed = Train(_checkpoints);

        Assert.Equal(goesOnFrom, _reported[0]);
        Assert.Equal(10, _reported[^1]);
        Assert.True(undisturbed.eq(resumed).all().item<bool>());
    }

    [Fact]
    public void Run_CheckpointOfOtherOptions_IsRefused()
    {
        var (adam, weight) = Fresh(3);
        new ResumableTraining(Context(_checkpoints), "training", 4) { StepsBetweenCheckpoints = 2 }.Keep("weight", weight).Keep("adam/", adam.State).Run(_ => Values);
        var (other, wider) = Fresh(4);

        Assert.Throws<InvalidDataException>(() =>
            new ResumableTraining(Context(_checkpoints), "training", 4).Keep("weight", wider).Keep("adam/", other.State).Run(_ => Values));
    }

    [Fact]
    public void Keep_SameNameTwice_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new ResumableTraining(Context(_checkpoints), "training", 4).Keep("a", torch.ones([1])).Keep("a", torch.ones([1])));

    private static IReadOnlyDictionary<string, double> Values { get; } = new Dictionary<string, double> { ["loss"] = 1 };

    private Tensor Train(MemoryCheckpoints store, Action<int>? heard = null, CancellationToken cancel = default)
    {
        var (adam, weight) = Fresh(3);
        var context = Context(store, heard, cancel);
        new ResumableTraining(context, "training", 10) { StepsBetweenCheckpoints = 4 }.Keep("weight", weight).Keep("adam/", adam.State).Run(_ =>
        {
            var loss = (weight - torch.randn([3], generator: context.Generator)).square().sum();
            loss.backward();
            adam.Step(0.1);
            return new Dictionary<string, double> { ["loss"] = loss.detach().item<float>() };
        });
        return weight.detach().clone();
    }

    private EraserContext Context(MemoryCheckpoints store, Action<int>? heard = null, CancellationToken cancel = default) => new()
    {
        Seed = 3,
        Generator = new torch.Generator(3),
        Checkpoints = store,
        Progress = new Listener(step =>
        {
            _reported.Add(step);
            heard?.Invoke(step);
        }),
        Cancel = cancel,
    };

    private static (ResumableAdam Adam, Parameter Weight) Fresh(long size)
    {
        var weight = new Parameter(torch.zeros([size]));
        return (new ResumableAdam([weight]), weight);
    }

    private sealed class Listener(Action<int> heard) : IProgress<ErasureProgress>
    {
        public void Report(ErasureProgress value) => heard(value.Step);
    }
}

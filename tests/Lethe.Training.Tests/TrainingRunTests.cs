using Lethe.Diffusion.Networks;
using Lethe.Training.Runs;

namespace Lethe.Training.Tests;

public sealed class TrainingRunTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lethe-run-").FullName;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Train_KilledAndContinued_GivesTheSameBytes(int lanes)
    {
        Run("whole", steps: 12, stopAt: null, lanes);
        Run("parts", steps: 12, stopAt: 5, lanes);
        Run("parts", steps: 12, stopAt: null, lanes);

        Assert.Equal(Bytes("whole"), Bytes("parts"));
    }

    [Fact]
    public void Train_FollowsTheGradient_ReachesTheTarget()
    {
        var weights = Run("fit", steps: 400, stopAt: null, lanes: 1);

        Assert.Equal(3, weights[0], 0.1);
    }

    [Fact]
    public void AveragedWeights_FirstStep_IsTheWarmingAverage()
    {
        using var initial = Start();
        using var run = new TrainingRun(Settings("average", 1, 1), initial, _ => { });

        run.Train(Distance(run), null, CancellationToken.None);

        // Decay (1 + 1) / (10 + 1) after the first step.
        var weight = run.Lanes[0]["w"].data<float>()[0];
        using var average = run.AveragedWeights();
        Assert.Equal(weight * (1 - (2 / 11.0)), average["w"].data<float>()[0], 1e-6);
    }

    [Fact]
    public void TrainingRun_CheckpointOfAnotherSeed_IsRefused()
    {
        Run("seed", steps: 2, stopAt: null, lanes: 1);
        using var initial = Start();

        var fault = Assert.Throws<InvalidDataException>(
            () => new TrainingRun(Settings("seed", 2, 1) with { Seed = 8 }, initial, _ => { }));

        Assert.Contains("seed `7`, expected `8`", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_ContinuedRun_LogsEachStepOnce()
    {
        Run("log", steps: 6, stopAt: 3, lanes: 1);
        File.AppendAllText(Path.Combine(folder, "log.jsonl"), "{\"step\":5,\"loss\":1}\n{\"step\":6,\"lo");
        Run("log", steps: 6, stopAt: null, lanes: 1);

        var steps = File.ReadAllLines(Path.Combine(folder, "log.jsonl")).Select(line => line.Split(':', ',')[1]);
        Assert.Equal(["1", "2", "3", "4", "5", "6"], steps);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static StateDict Start()
    {
        var weights = new StateDict();
        weights.Add("w", torch.zeros([3, 2]));
        weights.Add("b", torch.zeros([2]));
        return weights;
    }

    private RunSettings Settings(string name, long steps, int lanes) => new()
    {
        Name = name,
        Folder = folder,
        Rate = new LearningRate(0.1, steps),
        Seed = 7,
        Lanes = lanes,
        LogEvery = 1,
        ClipNorm = 100,
    };

    // Noise from the step's own stream: a continued run must draw it again.
    private static Func<int, StepRandom, Tensor> Distance(TrainingRun run) => (lane, random) =>
    {
        using var scope = torch.NewDisposeScope();
        var weights = run.Lanes[lane];
        var target = random.Normal(3, 2).mul(0.1).add(3.0).add(random.Choices.NextDouble() * 0.01);
        return weights["w"].sub(target).square().mean().add(weights["b"].sub(1.0).square().mean()).MoveToOuterDisposeScope();
    };

    private float[] Run(string name, long steps, long? stopAt, int lanes)
    {
        using var initial = Start();
        using var cancel = new CancellationTokenSource();
        using var run = new TrainingRun(Settings(name, steps, lanes), initial, _ => { });
        var loss = Distance(run);
        try
        {
            run.Train(
                (lane, random) =>
                {
                    if (random.Step + 1 == stopAt)
                        cancel.Cancel();
                    return loss(lane, random);
                },
                null,
                cancel.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Equal(stopAt, run.Step);
        }

        return run.Lanes[0]["w"].data<float>().ToArray();
    }

    private byte[] Bytes(string name) => File.ReadAllBytes(TrainingRun.CheckpointFile(folder, name));
}

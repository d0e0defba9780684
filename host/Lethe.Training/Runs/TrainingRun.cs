using System.Diagnostics;
using System.Globalization;
using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;

namespace Lethe.Training.Runs;

/// <summary>
/// Trains one network: the loop, the optimiser, the averaged weights, the log and the checkpoints. A run that was killed
/// continues from its last checkpoint and ends with the same bytes, because nothing but the seed and the step decides a step.
/// </summary>
public sealed class TrainingRun : IDisposable
{
    private const long Piece = 1 << 17;
    private readonly RunSettings settings;
    private readonly Action<string> log;
    private readonly FlatWeights weights;
    private readonly AdamW optimiser;
    private readonly Tensor average;
    private readonly LossLog losses;
    private readonly List<StateDict> lanes = [];

    /// <summary>Starts a run, or continues its checkpoint. <paramref name="initial"/> is copied and gives the layout in both cases.</summary>
    public TrainingRun(RunSettings settings, StateDict initial, Action<string> log)
    {
        this.settings = settings;
        this.log = log;
        Directory.CreateDirectory(settings.Folder);
        weights = new FlatWeights(initial);
        optimiser = new AdamW(weights, settings);
        average = weights.Values.clone().DetachFromDisposeScope();
        if (settings.Resume && File.Exists(CheckpointPath))
            Step = Checkpoint.Read(CheckpointPath, settings, State);
        losses = new LossLog(Path.Combine(settings.Folder, settings.Name + ".jsonl"), Step);
        for (var lane = 0; lane < settings.Lanes; lane++)
            lanes.Add(weights.Lane());
    }

    /// <summary>Optimiser steps done.</summary>
    public long Step { get; private set; }

    public bool Finished => Step >= settings.Rate.Steps;

    /// <summary>The weights of each lane: the same memory, with gradients of their own. A network is built on each.</summary>
    public IReadOnlyList<StateDict> Lanes => lanes;

    private string CheckpointPath => CheckpointFile(settings.Folder, settings.Name);

    private Dictionary<string, Tensor> State => new()
    {
        ["weights"] = weights.Values,
        ["average"] = average,
        ["adam.first"] = optimiser.First,
        ["adam.second"] = optimiser.Second,
    };

    /// <summary>Where a run leaves its averaged weights, by name, for the stages that build on it.</summary>
    public static string AveragePath(string folder, string name) => Path.Combine(folder, name + "-average.safetensors");

    /// <summary>Where a run keeps its state.</summary>
    public static string CheckpointFile(string folder, string name) => Path.Combine(folder, name + ".safetensors");

    /// <summary>The steps a run has behind it, as its checkpoint says; 0 without one.</summary>
    public static long StepsDone(string folder, string name)
    {
        var path = CheckpointFile(folder, name);
        if (!File.Exists(path))
            return 0;
        using var file = SafetensorsFile.Open(path);
        return long.TryParse(file.Metadata.GetValueOrDefault("step"), CultureInfo.InvariantCulture, out var step) ? step : 0;
    }

    /// <summary>A copy of the averaged weights; the caller disposes it.</summary>
    public StateDict AveragedWeights() => weights.Copy(average);

    /// <summary>Runs until the last step, the time limit or a cancellation, and leaves a checkpoint in each case.</summary>
    /// <param name="loss">The loss of one lane, a scalar with a graph; called on the lane's own thread.</param>
    /// <param name="afterCheckpoint">Called behind each checkpoint, for previews and measurements.</param>
    /// <param name="cancel">Stops between two steps.</param>
    public void Train(Func<int, StepRandom, Tensor> loss, Action<long>? afterCheckpoint, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var (saved, reported, reportedStep) = (TimeSpan.Zero, TimeSpan.Zero, Step);
        var sum = 0.0;
        while (!Finished && !cancel.IsCancellationRequested && !(clock.Elapsed >= settings.Limit))
        {
            sum += TrainStep(loss);
            if (Step % settings.LogEvery == 0 || Finished)
            {
                var (count, seconds) = (Step - reportedStep, (clock.Elapsed - reported).TotalSeconds);
                Report(sum / count, count / seconds);
                (reported, reportedStep, sum) = (clock.Elapsed, Step, 0);
            }

            if (clock.Elapsed - saved < settings.CheckpointEvery)
                continue;
            Save();
            Finish(afterCheckpoint);
            saved = clock.Elapsed;
        }

        Save();
        Finish(afterCheckpoint);
        cancel.ThrowIfCancellationRequested();
    }

    /// <summary>Writes a measured figure to the log, such as an accuracy.</summary>
    public void Note(string name, double value)
    {
        losses.Note(Step, name, value);
        log(FormattableString.Invariant($"{settings.Name} step {Step}: {name} {value:0.####}"));
    }

    public void Dispose()
    {
        foreach (var lane in lanes)
            lane.Dispose();
        average.Dispose();
        optimiser.Dispose();
        weights.Dispose();
    }

    private double TrainStep(Func<int, StepRandom, Tensor> loss)
    {
        using var scope = torch.NewDisposeScope();
        var results = LaneThreads.Run(settings.Lanes, lane => LaneGradient(lane, loss));
        using var noGrad = torch.no_grad();
        // Summed in the order of the lanes, so that the result does not depend on which was faster.
        var gradient = results[0].Gradient;
        for (var lane = 1; lane < results.Count; lane++)
            gradient.add_(results[lane].Gradient);
        gradient.div_(settings.Lanes);
        var norm = Math.Sqrt(gradient.dot(gradient).item<float>());
        if (!double.IsFinite(norm))
            throw new ArithmeticException($"`{settings.Name}`: the gradient is not finite at step `{Step}`\n\nhint: lower the learning rate");
        if (norm > settings.ClipNorm)
            gradient.mul_(settings.ClipNorm / norm);
        Update(gradient);
        Step++;
        foreach (var (_, laneGradient) in results)
            laneGradient.Dispose();
        return results.Average(result => result.Loss);
    }

    private (double Loss, Tensor Gradient) LaneGradient(int lane, Func<int, StepRandom, Tensor> loss)
    {
        using var scope = torch.NewDisposeScope();
        using var random = new StepRandom(settings.Seed, Step, lane);
        var value = loss(lane, random);
        value.backward();
        return (value.item<float>(), weights.TakeGradients(lanes[lane]).DetachFromDisposeScope());
    }

    /// <summary>Optimiser and average, piece by piece: a piece stays in the core's cache over all operations, and each lane takes its share.</summary>
    private void Update(Tensor gradient)
    {
        var rate = settings.Rate.At(Step);
        var share = 1 - Math.Min(settings.AverageDecay, (2.0 + Step) / (11 + Step));
        var pieces = (weights.Count + Piece - 1) / Piece;
        LaneThreads.Run(settings.Lanes, lane =>
        {
            using var noGrad = torch.no_grad();
            for (long piece = lane; piece < pieces; piece += settings.Lanes)
            {
                using var scope = torch.NewDisposeScope();
                var (start, count) = (piece * Piece, Math.Min(Piece, weights.Count - (piece * Piece)));
                optimiser.Step(gradient.narrow(0, start, count), start, Step, rate);
                average.narrow(0, start, count).lerp_(weights.Values.narrow(0, start, count), share);
            }

            return pieces;
        });
    }

    private void Report(double loss, double stepsPerSecond)
    {
        var rate = settings.Rate.At(Step - 1);
        var left = TimeSpan.FromSeconds((settings.Rate.Steps - Step) / stepsPerSecond);
        losses.Add(Step, loss, rate, stepsPerSecond);
        log(FormattableString.Invariant(
            $"{settings.Name} step {Step}/{settings.Rate.Steps}: loss {loss:0.0000}, rate {rate:0.0e+0}, {stepsPerSecond:0.00} steps/s, {left:hh\\:mm\\:ss} left"));
    }

    private void Finish(Action<long>? afterCheckpoint)
    {
        afterCheckpoint?.Invoke(Step);
        LossPlot.Write(Path.Combine(settings.Folder, settings.Name + ".jsonl"), Path.Combine(settings.Folder, settings.Name + ".svg"), settings.Name);
    }

    private void Save()
    {
        Checkpoint.Write(CheckpointPath, settings, Step, State);
        using var averaged = AveragedWeights();
        SafetensorsWriter.Write(AveragePath(settings.Folder, settings.Name), averaged);
    }
}

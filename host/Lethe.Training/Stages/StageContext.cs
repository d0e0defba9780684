using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;
using Lethe.Training.Data;
using Lethe.Training.Runs;

namespace Lethe.Training.Stages;

/// <summary>What every stage works with.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="World">Objects, styles and captions.</param>
/// <param name="Log">Receives progress, one line each.</param>
/// <param name="Cancel">Stops between two steps, behind a checkpoint.</param>
public sealed record StageContext(TrainOptions Options, World World, Action<string> Log, CancellationToken Cancel)
{
    /// <summary>Where checkpoints and logs are.</summary>
    public string RunFolder => Path.Combine(Options.WorkFolder, "runs");

    /// <summary>Where the text stage puts the vocabulary.</summary>
    public string TokenizerFolder => Path.Combine(Options.WorkFolder, "tokenizer");

    /// <summary>Settings of a run that follow from the options; the stage adds its own.</summary>
    public RunSettings Settings(string name, double peakRate, long steps, int batch, double warmUp = 0.03) => new()
    {
        Name = name,
        Folder = RunFolder,
        Rate = new LearningRate(peakRate, Options.Steps ?? steps, warmUp),
        Seed = Options.Seed,
        Lanes = Options.Threads,
        Batch = Options.Batch ?? batch,
        Resume = Options.Resume,
        Limit = Options.Minutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null,
    };

    /// <summary>A generator for the first weights of a stage.</summary>
    public torch.Generator InitialWeights(int stage) => new((ulong)((Options.Seed * 16L) + stage));

    /// <summary>The averaged weights a stage left behind; the caller disposes them.</summary>
    /// <exception cref="InvalidDataException">The stage has not run.</exception>
    public StateDict Trained(string name)
    {
        var path = TrainingRun.AveragePath(RunFolder, name);
        if (!File.Exists(path))
            throw new InvalidDataException($"`{path}` does not exist, expected the result of stage `{name}`\n\nhint: run `--stage {name}` first");
        using var file = SafetensorsFile.Open(path);
        return file.ReadAll();
    }
}

using System.Security.Cryptography;
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
        StartedFrom = StartingWeights(name) is { Count: > 0 } files ? Fingerprint(files) : null,
        Limit = Options.Minutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null,
    };

    /// <summary>A generator for the first weights of a stage.</summary>
    public torch.Generator InitialWeights(int stage) => new((ulong)((Options.Seed * 16L) + stage));

    /// <summary>Puts the weights of the model to start from, if there is one, over fresh ones of the same name and shape.</summary>
    /// <exception cref="InvalidDataException">The model has none of the weights of this stage.</exception>
    public void StartFromEarlierModel(string stage, StateDict fresh)
    {
        var files = StartingWeights(stage);
        if (files.Count == 0)
            return;
        using var noGrad = torch.no_grad();
        var taken = 0;
        foreach (var path in files)
        {
            using var file = SafetensorsFile.Open(path);
            using var earlier = file.ReadAll();
            foreach (var weight in earlier.Weights.Where(w => fresh.Contains(w.Name) && fresh[w.Name].shape.AsSpan().SequenceEqual(w.Value.shape)))
            {
                fresh[weight.Name].copy_(weight.Value);
                taken++;
            }
        }

        if (taken == 0)
            throw new InvalidDataException($"`{Options.From}` has no weights for stage `{stage}`, expected a model of the same shape");
        Log($"{stage}: {taken} of {fresh.Count} tensors from `{Options.From}`");
    }

    /// <summary>The weight files of the model to start from that belong to a stage; none without such a model.</summary>
    private IReadOnlyList<string> StartingWeights(string stage) => Options.From is not { } model ? [] : stage switch
    {
        AutoencoderStage.Name => [Path.Combine(model, ExportStage.AutoencoderFile)],
        TextStage.Name => [Path.Combine(model, ExportStage.TextFile), Path.Combine(model, ExportStage.ClipFile)],
        DenoiserStage.Name => [Path.Combine(model, ExportStage.DenoiserFile)],
        _ => [],
    };

    private static string Fingerprint(IReadOnlyList<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
            hash.AppendData(File.ReadAllBytes(file));
        return "sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset());
    }

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

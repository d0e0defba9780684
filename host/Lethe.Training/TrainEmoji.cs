using Lethe.Diffusion.Engine;
using Lethe.Training.Data;
using Lethe.Training.Stages;

namespace Lethe.Training;

/// <summary>Makes the built-in model: pictures, autoencoder, text encoder, judges, denoiser, and the finished folder.</summary>
public static class TrainEmoji
{
    private static readonly OrderedDictionary<string, Action<StageContext>> Recipe = new(StringComparer.Ordinal)
    {
        ["data"] = context => new DataStage(context.Options.WorldPath).Run(context.Options.WorkFolder, context.Log, context.Cancel),
        [AutoencoderStage.Name] = AutoencoderStage.Run,
        [TextStage.Name] = TextStage.Run,
        [JudgeStage.Name] = JudgeStage.Run,
        [ClipStage.Name] = ClipStage.Run,
        [DenoiserStage.Name] = DenoiserStage.Run,
        [DecoderStage.Name] = DecoderStage.Run,
        [ExportStage.Name] = ExportStage.Run,
        [MeasureStage.Name] = MeasureStage.Run,
    };

    /// <summary>The stages in the order in which they build on each other.</summary>
    public static IReadOnlyCollection<string> Stages => Recipe.Keys;

    /// <summary>Runs one stage, or all of them for the stage <c>all</c>.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="log">Receives progress, one line each.</param>
    /// <param name="cancel">Stops between two steps, behind a checkpoint.</param>
    /// <exception cref="ArgumentException">There is no such stage.</exception>
    /// <exception cref="InvalidDataException">What a stage builds on is missing or unusable.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the checkpoint is written.</exception>
    public static void Run(TrainOptions options, Action<string> log, CancellationToken cancel)
    {
        if (options.Stage != "all" && !Recipe.ContainsKey(options.Stage))
            throw new ArgumentException($"stage is `{options.Stage}`, expected `all` or one of `{string.Join("`, `", Stages)}`", nameof(options));
        TensorEngine.Start(1);
        var context = new StageContext(options, World.Load(options.WorldPath), log, cancel);
        foreach (var (name, run) in Recipe)
        {
            if (options.Stage == name || options.Stage == "all")
                run(context);
        }
    }
}

using System.Collections.Concurrent;
using Lethe.Diffusion.Images;

namespace Lethe.Host.Runs;

/// <summary>Draws the evaluation pictures of one side, batch by batch; finished batches are kept.</summary>
internal sealed class PictureStage(RunFolder folder, PlannedSampling sampling, IReadOnlyList<PlannedPrompt> prompts, IRunObserver observer)
{
    /// <summary>File of one picture, relative to the run folder; <paramref name="side"/> is <c>before</c> or <c>after</c>.</summary>
    public static string File(string side, PlannedPrompt prompt, long seed) => $"images/{side}/{prompt.Folder}/{seed}.png";

    /// <summary>Draws what is missing.</summary>
    /// <param name="side"><c>before</c> or <c>after</c>.</param>
    /// <param name="together">Pictures that the model draws at once; less than the plan's for models with large latents.</param>
    /// <param name="lanes">Batches drawn side by side.</param>
    /// <param name="open">Opens a model for one lane; asked only when something is missing.</param>
    /// <param name="cancel">Heard between sampling steps.</param>
    public void Draw(string side, int together, int lanes, Func<LaneModel> open, CancellationToken cancel)
    {
        observer.Stage($"pictures {side}");
        var pictures = prompts.SelectMany(prompt => prompt.Seeds.Select(seed => (Prompt: prompt, Seed: seed))).ToList();
        // A batch is drawn again as a whole, because rounding depends on what is drawn together.
        var missing = new ConcurrentQueue<(PlannedPrompt Prompt, long Seed)[]>(pictures.Chunk(Math.Min(sampling.Batch, together))
            .Where(batch => !batch.All(picture => folder.IsFinished(File(side, picture.Prompt, picture.Seed)))));
        var done = pictures.Count - missing.Sum(batch => batch.Length);
        observer.Progress(done, pictures.Count, "pictures");
        Lanes.Run(Math.Min(lanes, missing.Count), stop =>
        {
            using var lane = open();
            while (missing.TryDequeue(out var batch))
            {
                stop.ThrowIfCancellationRequested();
                DrawBatch(side, batch, lane, stop);
                observer.Progress(Interlocked.Add(ref done, batch.Length), pictures.Count, "pictures");
            }
        }, cancel);
    }

    private void DrawBatch(string side, (PlannedPrompt Prompt, long Seed)[] batch, LaneModel lane, CancellationToken stop)
    {
        var drawn = Drawing.Draw(
            lane.Model, [.. batch.Select(picture => picture.Prompt.Prompt)], [.. batch.Select(picture => picture.Seed)], sampling, stop);
        for (var i = 0; i < batch.Length; i++)
        {
            var png = ImageFile.Encode(drawn[i]);
            folder.Write(File(side, batch[i].Prompt, batch[i].Seed), temporary => System.IO.File.WriteAllBytes(temporary, png));
        }
    }
}

using Lethe.Diffusion;
using Lethe.Diffusion.Checkpoints;
using Lethe.Evaluation.Judges;
using Lethe.Evaluation.Metrics;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Runs;

/// <summary>Opens models and the judges that come with them; every failure names the file.</summary>
public static class ModelSession
{
    /// <summary>Opens a diffusers folder or a single file, and sets the engine's threads for it; the caller disposes the model.</summary>
    /// <param name="path">Folder or file.</param>
    /// <param name="device">A name as <see cref="ComputeDevice"/> knows it.</param>
    /// <param name="sampling">How it draws, and in which number format it computes.</param>
    /// <param name="threads">Cores that a large model may use.</param>
    /// <exception cref="RunException">The device is not there, or the files are no usable model.</exception>
    public static StableDiffusion Open(string path, string device, PlannedSampling sampling, int threads)
    {
        var type = sampling.ComputeType;
        var place = ComputeDevice.Find(device, type);
        return Guard(() =>
        {
            // A small model computes with one engine thread, whatever the machine has: more are slower, and rounding depends on them.
            // Set for every model: a batch may open a large one after a small one.
            torch.set_num_threads(Lanes.AreCheap(path) ? 1 : threads);
            var model = StableDiffusion.Open(path, new OpenOptions { Device = place, ComputeType = type });
            model.Sampler = PlannedSampling.KindOf(sampling.Scheduler);
            model.Eta = sampling.Eta ?? 0;
            return model;
        });
    }

    /// <summary>Does something with a model's files; what is wrong with them becomes a message for the user.</summary>
    /// <exception cref="RunException">A file is missing, unreadable or malformed.</exception>
    public static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failure) when (failure is CheckpointException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw Unreadable(failure);
        }
    }

    /// <summary>The judge and the CLIP in a model's folder; those that it lacks are left out of the scores.</summary>
    public static (PictureScorer Scorer, IDisposable Owner) Scorer(string path)
    {
        try
        {
            var judge = Directory.Exists(Path.Combine(path, "judge")) ? EmojiJudge.Open(Path.Combine(path, "judge")) : null;
            var clip = EmojiClip.Find(path);
            return (new PictureScorer(judge, clip is null ? null : clip.Scores, clip?.Network), new Owner(judge, clip));
        }
        catch (Exception failure) when (failure is CheckpointException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw Unreadable(failure);
        }
    }

    private static RunException Unreadable(Exception failure)
    {
        // Checkpoint messages may carry their own hint behind a blank line.
        var parts = failure.Message.Split("\n\nhint: ", 2);
        return new RunException(ExitCode.RunFailed, DiagnosticId.ModelUnreadable, parts[0], parts.Length > 1 ? parts[1] : null, failure);
    }

    private sealed class Owner(params IDisposable?[] owned) : IDisposable
    {
        public void Dispose()
        {
            foreach (var item in owned)
                item?.Dispose();
        }
    }
}

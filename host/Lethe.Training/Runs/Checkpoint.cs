using System.Globalization;
using Lethe.Diffusion.Checkpoints;

namespace Lethe.Training.Runs;

/// <summary>The state of a run on disk: flat weights, their average and Adam's moments, with the step in the header.</summary>
internal static class Checkpoint
{
    public static void Write(string path, RunSettings settings, long step, IReadOnlyDictionary<string, Tensor> state)
    {
        var metadata = new Dictionary<string, string>
        {
            ["step"] = step.ToString(CultureInfo.InvariantCulture),
            ["seed"] = settings.Seed.ToString(CultureInfo.InvariantCulture),
            ["lanes"] = settings.Lanes.ToString(CultureInfo.InvariantCulture),
            ["batch"] = settings.Batch.ToString(CultureInfo.InvariantCulture),
        };
        if (settings.StartedFrom is { } source)
            metadata["started-from"] = source;
        SafetensorsWriter.Write(path, state, metadata);
    }

    /// <summary>Copies a checkpoint into the tensors of <paramref name="state"/>.</summary>
    /// <returns>The steps done.</returns>
    /// <exception cref="InvalidDataException">The checkpoint belongs to another network or another seed.</exception>
    public static long Read(string path, RunSettings settings, IReadOnlyDictionary<string, Tensor> state)
    {
        using var file = SafetensorsFile.Open(path);
        if (!long.TryParse(file.Metadata.GetValueOrDefault("step"), CultureInfo.InvariantCulture, out var step) || step < 0)
            throw new InvalidDataException($"`{path}` names no `step` in its header, expected a checkpoint of a training run");
        var seed = settings.Seed.ToString(CultureInfo.InvariantCulture);
        if (file.Metadata.GetValueOrDefault("seed") != seed)
            throw new InvalidDataException(
                $"`{path}` was made with seed `{file.Metadata.GetValueOrDefault("seed")}`, expected `{seed}`\n\nhint: start over with `--restart`");
        using var noGrad = torch.no_grad();
        foreach (var (name, target) in state)
        {
            using var saved = file.Read(name);
            if (saved.numel() != target.numel())
                throw new InvalidDataException(
                    $"`{path}`: `{name}` holds `{saved.numel()}` numbers, expected `{target.numel()}`\n\nhint: start over with `--restart`");
            target.copy_(saved);
        }

        return step;
    }
}

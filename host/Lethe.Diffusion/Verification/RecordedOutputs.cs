using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Verification;

/// <summary>
/// Compares a model with outputs recorded by another program, or by this one on another machine: a folder with any of
/// <c>prompts.json</c>, <c>text.safetensors</c>, <c>unet.safetensors</c>, <c>vae.safetensors</c>, <c>grads.safetensors</c> and
/// <c>sampling/</c>. docs/models.md says what is in each.
/// </summary>
public static class RecordedOutputs
{
    /// <summary>Where a model's folder keeps its own recorded outputs.</summary>
    public const string Folder = "expected";

    /// <summary>Compares everything that was recorded.</summary>
    /// <param name="model">Without attached edits; it is left as it was.</param>
    /// <param name="folder">The recorded outputs.</param>
    /// <param name="cancel">Heard between outputs.</param>
    /// <exception cref="CheckpointException">Nothing was recorded there, or a file is malformed.</exception>
    public static IEnumerable<OutputDifference> Compare(StableDiffusion model, string folder, CancellationToken cancel = default)
    {
        var found = false;
        foreach (var (file, part) in Parts)
        {
            var path = Path.Combine(folder, file);
            if (!File.Exists(path))
                continue;
            found = true;
            using var scope = torch.NewDisposeScope();
            foreach (var difference in part(model, path))
            {
                cancel.ThrowIfCancellationRequested();
                yield return difference;
            }
        }

        if (!found)
            throw new CheckpointException($"`{folder}` holds no recorded outputs, expected one of `{string.Join("`, `", Parts.Select(part => part.File))}`");
    }

    private static readonly (string File, Func<StableDiffusion, string, IEnumerable<OutputDifference>> Part)[] Parts =
    [
        ("prompts.json", RecordedText.Tokens),
        ("text.safetensors", RecordedText.States),
        ("unet.safetensors", RecordedDenoiser.Predictions),
        ("grads.safetensors", RecordedDenoiser.Gradients),
        ("vae.safetensors", RecordedAutoencoder.Pictures),
        ("sampling/schedulers.json", RecordedSampling.Trajectories),
        ("sampling/ddim_image.safetensors", RecordedAutoencoder.Decoded),
    ];

    internal static Dictionary<string, Tensor> ReadAll(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return file.Entries.Keys.ToDictionary(name => name, file.Read);
    }

    /// <summary>A tensor that the recording must have.</summary>
    internal static Tensor Of(this Dictionary<string, Tensor> recorded, string name, string path) =>
        recorded.TryGetValue(name, out var tensor) ? tensor : throw new CheckpointException($"`{path}`: tensor `{name}` is missing");
}

using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Lethe.Plugins.RealEra;

/// <summary>
/// Latents of pictures that the original model draws of the anchor, kept in checkpoints as they come. Deviation: the paper encodes
/// finished pictures; here the sampler's own latents are taken, which spares decoding and encoding.
/// </summary>
internal static class AnchorPictures
{
    /// <summary>Draws what the checkpoint lacks.</summary>
    /// <param name="model">With nothing of this erasure attached.</param>
    /// <param name="prompts">The anchor's sentences; picture i takes sentence i mod n.</param>
    /// <param name="settings">How many, how.</param>
    /// <param name="context">Seed, checkpoints, cancellation.</param>
    /// <param name="name">Of the checkpoint.</param>
    /// <param name="drawn">Told after each picture, also of those that the checkpoint held.</param>
    /// <returns><c>[pictures, C, h, w]</c>; the caller disposes it.</returns>
    public static Tensor Draw(
        IDiffusionModel model, IReadOnlyList<string> prompts, RealEraSettings settings, EraserContext context, string name, Action drawn)
    {
        var sampler = model as ISampler ?? throw new InvalidOperationException("the model cannot draw, but the noise alignment trains on pictures");
        using var scope = torch.NewDisposeScope();
        var pictures = new List<Tensor>();
        if (context.Checkpoints.TryLoad(name) is { } saved)
        {
            foreach (var tensor in saved.Values)
                pictures.AddRange(tensor.chunk(tensor.shape[0]));
            pictures.ForEach(_ => drawn());
        }

        while (pictures.Count < settings.Pictures)
        {
            context.Cancel.ThrowIfCancellationRequested();
            pictures.Add(sampler.Sample(new SamplingRequest
            {
                Prompts = [prompts[pictures.Count % prompts.Count]],
                Seeds = [context.Seed + 104_729L * (pictures.Count + 1)],
                Steps = settings.PictureSteps,
                GuidanceScale = settings.PictureGuidance,
            }, context.Cancel));
            context.Checkpoints.Save(name, new Dictionary<string, Tensor> { ["latents"] = torch.cat(pictures) });
            drawn();
        }

        return torch.cat(pictures).MoveToOuterDisposeScope();
    }
}

using Lethe.Diffusion.Images;
using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Diffusion;

namespace Lethe.Host.Runs;

/// <summary>From prompts and seeds to 8-bit pictures.</summary>
public static class Drawing
{
    /// <summary>Draws one batch; attached edits take part.</summary>
    public static IReadOnlyList<RgbImage> Draw(
        IDiffusionModel model, IReadOnlyList<string> prompts, IReadOnlyList<long> seeds, PlannedSampling sampling, CancellationToken cancel)
    {
        if (model is not ISampler sampler)
            throw new RunException(ExitCode.RunFailed, DiagnosticId.ModelUnreadable, "the model cannot draw pictures");
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        var latents = sampler.Sample(
            new SamplingRequest { Prompts = prompts, Seeds = seeds, Steps = sampling.Steps, GuidanceScale = sampling.GuidanceScale }, cancel);
        return ImageTensor.ToImages(model.Autoencoder.Decode(latents));
    }
}

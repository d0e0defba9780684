using Lethe.Diffusion.Images;

namespace Lethe.Diffusion.Verification;

/// <summary>Pictures to latents and back.</summary>
internal static class RecordedAutoencoder
{
    public static IEnumerable<OutputDifference> Pictures(StableDiffusion model, string path)
    {
        var expected = RecordedOutputs.ReadAll(path);
        var network = model.Checkpoint.Autoencoder;
        using var noGradient = torch.no_grad();
        if (expected.TryGetValue("image", out var image))
        {
            var (mean, logVariance) = network.Encode(image);
            yield return OutputDifference.Absolute("vae: mean", expected.Of("mean", path), mean, 5e-5);
            yield return OutputDifference.Absolute("vae: logvar", expected.Of("logvar", path), logVariance, 5e-5);
            if (expected.TryGetValue("noise", out var noise))
            {
                var latents = (mean + (logVariance / 2).exp() * noise) * network.Config.ScalingFactor;
                yield return OutputDifference.Absolute("vae: scaled_latents", expected.Of("scaled_latents", path), latents, 5e-5);
            }
        }

        if (expected.TryGetValue("decode.scaled_latents", out var scaled))
        {
            var decoded = network.Decode(scaled / network.Config.ScalingFactor);
            yield return OutputDifference.Absolute("vae: decode.image", expected.Of("decode.image", path), decoded, 5e-5);
            if (expected.TryGetValue("decode.uint8_hwc", out var pixels))
                yield return Pixels("vae: decode.uint8_hwc", pixels, decoded);
        }
    }

    /// <summary>The picture of a sampled trajectory.</summary>
    public static IEnumerable<OutputDifference> Decoded(StableDiffusion model, string path)
    {
        var expected = RecordedOutputs.ReadAll(path);
        using var noGradient = torch.no_grad();
        var decoded = model.Autoencoder.Decode(expected.Of("latents", path));
        yield return OutputDifference.Absolute("sampling: ddim_image", expected.Of("image", path), decoded, 1e-3);
        yield return Pixels("sampling: ddim_image uint8", expected.Of("uint8_hwc", path), decoded);
    }

    private static OutputDifference Pixels(string output, Tensor expected, Tensor images)
    {
        var wanted = expected.contiguous().data<byte>().ToArray();
        byte[] drawn = [.. ImageTensor.ToImages(images).SelectMany(picture => picture.Pixels)];
        var difference = wanted.Length == drawn.Length ? wanted.Zip(drawn).Max(pair => Math.Abs(pair.First - pair.Second)) : double.PositiveInfinity;
        return new OutputDifference(output, difference, 1, IsRelative: false);
    }
}

namespace Lethe.Diffusion.Tests.Networks;

/// <summary>The autoencoder against diffusers 0.24, under today's and under the published parameter names.</summary>
public sealed class AutoencoderGoldenTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("vae_legacy_names.fp16.safetensors")]
    public void Encode_Images_MatchesReference(string? file)
    {
        var expected = TinySd.Expected("vae");
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var autoencoder = TinySd.Autoencoder(file);

        var (mean, logVariance) = autoencoder.Encode(expected["image"]);

        TinySd.AssertClose(expected["mean"], mean, 5e-5, "mean");
        TinySd.AssertClose(expected["logvar"], logVariance, 5e-5, "log variance");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("vae_legacy_names.fp16.safetensors")]
    public void Decode_Latents_MatchesReference(string? file)
    {
        var expected = TinySd.Expected("vae");
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var autoencoder = TinySd.Autoencoder(file);

        var images = autoencoder.Decode(expected["decode.scaled_latents"] / autoencoder.Config.ScalingFactor);

        TinySd.AssertClose(expected["decode.image"], images, 5e-5);
    }
}

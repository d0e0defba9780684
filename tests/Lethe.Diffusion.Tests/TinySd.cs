using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Tests;

/// <summary>The tiny Stable Diffusion of the golden data and the comparison of tensors with its expected outputs.</summary>
internal static class TinySd
{
    public static string Folder => Golden.Path("tiny-sd");

    public static Dictionary<string, Tensor> Expected(string name) => ReadAll(Golden.Path("tiny-sd", "expected", name + ".safetensors"));

    public static Dictionary<string, Tensor> ReadAll(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return file.Entries.Keys.ToDictionary(name => name, file.Read);
    }

    public static UNet2DConditionModel UNet() => new(
        UNet2DConfig.Load(Path.Combine(Folder, "unet", "config.json")), Weights("unet", "diffusion_pytorch_model.safetensors"));

    public static ClipTextModel TextEncoder() => new(
        ClipTextConfig.Load(Path.Combine(Folder, "text_encoder", "config.json")), Weights("text_encoder", "model.safetensors"));

    public static AutoencoderKL Autoencoder(string? file = null)
    {
        var weights = file is null ? Weights("vae", "diffusion_pytorch_model.safetensors") : Weights(".", file);
        AutoencoderKL.RenameLegacyAttention(weights);
        return new AutoencoderKL(AutoencoderKLConfig.Load(Path.Combine(Folder, "vae", "config.json")), weights);
    }

    public static void AssertClose(Tensor expected, Tensor actual, double tolerance, string what = "")
    {
        Assert.Equal(expected.shape, actual.shape);
        var difference = (expected - actual).abs().max().item<float>();
        Assert.True(difference <= tolerance, $"{what} differs by {difference}, allowed {tolerance}");
    }

    public static void AssertRelative(Tensor expected, Tensor actual, double tolerance, string what)
    {
        Assert.Equal(expected.shape, actual.shape);
        var difference = (expected - actual).norm().item<float>() / expected.norm().item<float>();
        Assert.True(difference <= tolerance, $"{what} differs by {difference} of its norm, allowed {tolerance}");
    }

    private static StateDict Weights(string component, string name)
    {
        using var file = SafetensorsFile.Open(Path.Combine(Folder, component, name));
        return file.ReadAll();
    }
}

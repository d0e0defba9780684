using Lethe.Diffusion.Verification;

namespace Lethe.Diffusion.Tests.Verification;

public sealed class GoldenModelTests
{
    [Theory]
    [MemberData(nameof(GoldenModels.All), MemberType = typeof(GoldenModels))]
    public void Compare_GoldenModel_EveryRecordedOutputHolds(string model)
    {
        var folder = GoldenModels.PathOf(model);
        using var opened = OpenKnown(folder);

        var differences = RecordedOutputs.Compare(opened, Path.Combine(folder, RecordedOutputs.Folder)).ToList();

        Assert.NotEmpty(differences);
        Assert.All(differences, difference => Assert.True(difference.Holds, difference.ToString()));
    }

    /// <summary>Models of families that are refused by name have nothing to compare yet.</summary>
    private static StableDiffusion OpenKnown(string folder)
    {
        try
        {
            return StableDiffusion.Open(folder);
        }
        catch (Lethe.Diffusion.Checkpoints.CheckpointException refusal) when (refusal.Message.Contains("expected Stable Diffusion 1.x or 2.x", StringComparison.Ordinal))
        {
            Assert.Skip(refusal.Message);
            throw;
        }
    }

    [Fact]
    public void Compare_TinySd_CoversEveryRecordedFileAndSampler()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);

        var outputs = RecordedOutputs.Compare(model, Path.Combine(TinySd.Folder, RecordedOutputs.Folder)).Select(difference => difference.Output).ToList();

        foreach (var name in (string[])
            ["ddim", "ddim_eta1", "pndm", "euler", "euler_a", "dpmpp_2m", "dpmpp_2m_karras", "lms", "ddpm", "ddim_image"])
            Assert.Contains($"sampling: {name}", outputs);
        foreach (var name in (string[])
            ["prompts: prompts with other ids", "text: last_hidden_state", "text: pooled", "unet: eps.t481", "unet: odd.eps", "vae: mean", "vae: decode.image", "grads: loss"])
            Assert.Contains(name, outputs);
    }

    [Fact]
    public void Compare_ChangedWeight_DoesNotHold()
    {
        using var model = StableDiffusion.Open(TinySd.Folder);
        using var noGradient = torch.no_grad();
        model.Checkpoint.UNet.Weights["conv_out.bias"].add_(0.01);

        var differences = RecordedOutputs.Compare(model, Path.Combine(TinySd.Folder, RecordedOutputs.Folder));

        Assert.False(differences.First(difference => difference.Output == "unet: eps.t481").Holds);
    }

    [Fact]
    public void Compare_EmptyFolder_IsRefusedByName()
    {
        using var folder = new TemporaryFolder();
        using var model = StableDiffusion.Open(TinySd.Folder);

        var error = Assert.Throws<Lethe.Diffusion.Checkpoints.CheckpointException>(() => RecordedOutputs.Compare(model, folder.Path).ToList());

        Assert.Contains(folder.Path, error.Message, StringComparison.Ordinal);
    }
}

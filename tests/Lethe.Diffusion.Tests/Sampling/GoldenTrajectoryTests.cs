using Lethe.Diffusion.Images;
using Lethe.Diffusion.Sampling;
using Lethe.Diffusion.Schedules;

namespace Lethe.Diffusion.Tests.Sampling;

public sealed class GoldenTrajectoryTests
{
    private static readonly SchedulerConfig Config = Schedules.NoiseScheduleTests.StableDiffusion1 with { StepsOffset = 1 };

    [Theory]
    [InlineData("ddim", SamplerKind.Ddim, 0)]
    [InlineData("ddim_eta1", SamplerKind.Ddim, 1)]
    [InlineData("pndm", SamplerKind.Pndm, 0)]
    [InlineData("ddpm", SamplerKind.Ddpm, 0)]
    [InlineData("euler", SamplerKind.Euler, 0)]
    [InlineData("euler_a", SamplerKind.EulerAncestral, 0)]
    [InlineData("dpmpp_2m", SamplerKind.DpmSolver, 0)]
    [InlineData("lms", SamplerKind.Lms, 0)]
    public void Sample_TinySd_MatchesDiffusers(string name, SamplerKind kind, double eta)
    {
        using var scope = torch.NewDisposeScope();
        var golden = TinySd.Expected("sampling/" + name);

        var first = Run(new SamplerSettings { Kind = kind, Eta = eta, Steps = 10, StopAtTimestep = 900 });
        var final = Run(new SamplerSettings { Kind = kind, Eta = eta, Steps = 10 });

        var expected = golden["latents"];
        // Stopped early, latents have the variance that the denoiser sees, not the sampler's own.
        var growing = kind is SamplerKind.Euler or SamplerKind.EulerAncestral or SamplerKind.Lms;
        var scale = growing ? Math.Sqrt(1 + Math.Pow(golden["sigmas"][1].item<float>(), 2)) : 1;
        TinySd.AssertRelative(expected[1] / scale, first, 1e-5, name + " first step");
        TinySd.AssertRelative(expected[-1], final, 3e-5, name + " final latents");
    }

    [Fact]
    public void Decode_TinySdLatents_MatchesDiffusers()
    {
        using var scope = torch.NewDisposeScope();
        var golden = TinySd.Expected("sampling/ddim_image");
        using var model = StableDiffusion.Open(TinySd.Folder);

        var image = model.Autoencoder.Decode(golden["latents"]);
        var picture = ImageTensor.ToImages(image)[0];

        TinySd.AssertClose(golden["image"], image, 1e-3);
        var expected = golden["uint8_hwc"].contiguous().data<byte>().ToArray();
        Assert.All(expected.Zip(picture.Pixels), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1));
    }

    private static Tensor Run(SamplerSettings settings)
    {
        using var scope = torch.NewDisposeScope();
        var inputs = TinySd.Expected("sampling/inputs");
        using var network = TinySd.UNet();
        using var schedule = new NoiseSchedule(Config);
        using var denoiser = new Denoiser(network, schedule, PredictionType.Epsilon);
        var calls = 0;
        Tensor Noise() => (calls++ == 0 ? inputs["initial_noise"] : inputs["step_noise"][calls - 2]).clone();

        var latents = new DiffusionSampler(denoiser, schedule).Sample(inputs["cond"], inputs["uncond"], [], Noise, settings);
        network.Weights.Dispose();
        return latents.MoveToOuterDisposeScope();
    }
}

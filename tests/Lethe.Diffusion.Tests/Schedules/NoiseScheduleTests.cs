using Lethe.Diffusion.Schedules;

namespace Lethe.Diffusion.Tests.Schedules;

public sealed class NoiseScheduleTests
{
    internal static readonly SchedulerConfig StableDiffusion1 =
        new() { BetaStart = 0.00085, BetaEnd = 0.012, ScaledBetas = true, SetAlphaToOne = false, ClipSample = false, SkipPrkSteps = true };

    [Fact]
    public void Betas_StableDiffusion1_MatchGolden()
    {
        using var scope = torch.NewDisposeScope();
        var golden = TinySd.ReadAll(Golden.Path("ldm-schedules", "schedules.safetensors"));
        using var schedule = new NoiseSchedule(StableDiffusion1);

        Assert.Equal(1000, schedule.TrainTimesteps);
        AssertRelative(golden["sd.betas"].data<float>().ToArray(), [.. schedule.Betas]);
        AssertRelative(golden["sd.alphas_cumprod"].data<float>().ToArray(), schedule.AlphasCumprod.data<float>().ToArray());
    }

    [Fact]
    public void AddNoise_And_Velocity_MatchGolden()
    {
        using var scope = torch.NewDisposeScope();
        var golden = TinySd.ReadAll(Golden.Path("ldm-schedules", "schedules.safetensors"));
        using var schedule = new NoiseSchedule(StableDiffusion1);
        var (clean, noise, timesteps) = (golden["sd.add_noise.x0"], golden["sd.add_noise.noise"], golden["sd.add_noise.timesteps"]);

        TinySd.AssertClose(golden["sd.add_noise.noisy"], schedule.AddNoise(clean, noise, timesteps), 1e-6);
        TinySd.AssertClose(golden["sd.add_noise.velocity"], schedule.Velocity(clean, noise, timesteps), 1e-6);
    }

    [Fact]
    public void NoiseOfVelocity_OfTrueVelocity_IsTheNoise()
    {
        using var scope = torch.NewDisposeScope();
        using var schedule = new NoiseSchedule(StableDiffusion1);
        using var generator = new torch.Generator(7);
        var clean = torch.randn([3, 4, 2, 2], generator: generator);
        var noise = torch.randn([3, 4, 2, 2], generator: generator);
        var timesteps = torch.tensor(new[] { 0L, 400L, 999L });

        var found = schedule.NoiseOfVelocity(
            schedule.Velocity(clean, noise, timesteps), schedule.AddNoise(clean, noise, timesteps), timesteps);

        TinySd.AssertClose(noise, found, 1e-5);
    }

    [Fact]
    public void Betas_Linear_RunEvenlyFromStartToEnd()
    {
        using var schedule = new NoiseSchedule(new SchedulerConfig { TrainTimesteps = 5, BetaStart = 0.1, BetaEnd = 0.5 });

        Assert.Equal([0.1f, 0.2f, 0.3f, 0.4f, 0.5f], schedule.Betas.Select(beta => MathF.Round(beta, 6)));
        Assert.Equal(0.9 * 0.8 * 0.7 * 0.6 * 0.5, schedule.AlphaAt(4), 6);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RescaleBetasZeroSnr_AnySchedule_StretchesTheRootsDownToExactlyZero(bool scaled)
    {
        var config = StableDiffusion1 with { ScaledBetas = scaled };
        using var plain = new NoiseSchedule(config);
        using var schedule = new NoiseSchedule(config with { RescaleBetasZeroSnr = true });
        var (first, last) = (Math.Sqrt(plain.AlphaAt(0)), Math.Sqrt(plain.AlphaAt(999)));

        Assert.Equal(0, schedule.AlphaAt(999));
        Assert.Equal(1, schedule.Betas[999]);
        Assert.Equal(plain.AlphaAt(0), schedule.AlphaAt(0), 1e-7);
        Assert.All(Enumerable.Range(0, 1000), t =>
            Assert.Equal((Math.Sqrt(plain.AlphaAt(t)) - last) * first / (first - last), Math.Sqrt(schedule.AlphaAt(t)), 1e-5));
        Assert.All(Enumerable.Range(1, 999), t => Assert.True(schedule.AlphaAt(t) < schedule.AlphaAt(t - 1), $"at {t}"));
    }

    [Fact]
    public void RescaleBetasZeroSnr_TwoTimesteps_MatchesTheNumbersByHand()
    {
        using var schedule = new NoiseSchedule(new SchedulerConfig { TrainTimesteps = 2, BetaStart = 0.19, BetaEnd = 0.5, RescaleBetasZeroSnr = true });

        // Roots 0.9 and 0.9 sqrt(0.5): the first stays, the second becomes zero.
        Assert.Equal([0.19f, 1f], schedule.Betas.Select(beta => MathF.Round(beta, 6)));
        Assert.Equal(0.81, schedule.AlphaAt(0), 1e-6);
    }

    private static void AssertRelative(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second) / pair.First, 0, 1e-6));
    }
}

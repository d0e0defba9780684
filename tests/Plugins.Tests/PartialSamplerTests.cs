using Lethe.Diffusion.Sampling;
using Lethe.Diffusion.Schedules;
using Lethe.Plugins.AdvPreserve;
using Lethe.Plugins.Baselines;
using Lethe.Sdk.Diffusion;

namespace Plugins.Tests;

/// <summary>Partial sampling with the schedule of Stable Diffusion 1.4, and where the two methods stop.</summary>
public sealed class PartialSamplerTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly NoiseSchedule _schedule = new(new SchedulerConfig { BetaStart = 0.00085, BetaEnd = 0.012, ScaledBetas = true });
    private readonly CountingDenoiser _denoiser = new();

    public void Dispose()
    {
        _schedule.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(1, 0.99830)]
    [InlineData(201, 0.75214)]
    [InlineData(501, 0.27500)]
    [InlineData(981, 0.00578)]
    public void LeftAt_SomeTimesteps_IsThePublishedSchedule(int timestep, double expected) =>
        Assert.Equal(expected, new PartialSampler(_schedule).LeftAt(timestep), 5e-6);

    [Fact]
    public void Timesteps_FiftySteps_AreThoseOfTheOriginalProgram()
    {
        Assert.Equal(Enumerable.Range(0, 50).Select(j => 981 - 20 * j), new PartialSampler(_schedule).Timesteps);
        Assert.Equal([981, 961, 961, 941], new PartialSampler(_schedule, 50, Solver.Plms).Timesteps.Take(4));
        Assert.Equal(51, new PartialSampler(_schedule, 50, Solver.Plms).Timesteps.Count);
    }

    [Fact]
    public void New_GridBeginsWhereNothingIsLeft_IsRefused()
    {
        using var schedule = new NoiseSchedule(new SchedulerConfig { BetaStart = 0.00085, BetaEnd = 0.012, ScaledBetas = true, RescaleBetasZeroSnr = true });

        Assert.Contains("timestep 999", Assert.Throws<ArgumentException>(() => new PartialSampler(schedule, 500)).Message, StringComparison.Ordinal);
        Assert.Equal(981, new PartialSampler(schedule, 50).Timesteps[0]);
    }

    [Theory]
    [InlineData(0, 50, 49)]
    [InlineData(1, 50, 48)]
    [InlineData(2, 49, 47)]
    [InlineData(49, 2, 0)]
    public void EsdStepsOf_GridPoint_CountsAsTheFirstProgram(int tau, int reference, int aligned)
    {
        Assert.Equal(reference, EsdObjective.StepsOf(tau, 50, EsdStopRule.Reference));
        Assert.Equal(aligned, EsdObjective.StepsOf(tau, 50, EsdStopRule.Aligned));
    }

    [Theory]
    [InlineData(0, 49)]
    [InlineData(1, 49)]
    [InlineData(2, 48)]
    [InlineData(49, 1)]
    public void AdvPreserveStepsOf_GridPoint_CallsTheNetworkAsTheProgram(int k, int expected)
    {
        var (first, count) = PreservationObjective.StepsOf(k, 50, StopRule.Reference);

        Run(first, count, 3);

        Assert.Equal(expected, _denoiser.Calls.Count);
        Assert.Equal(961, _denoiser.Calls[0].Timestep);
        Assert.Equal(k <= 1 ? 1 : 20 * (k - 1) + 1, _denoiser.Calls[^1].Timestep);
    }

    [Theory]
    [InlineData(1.0, 1)]
    [InlineData(3.0, 2)]
    public void Run_Guidance_DecidesWhetherTheEmptyPromptIsEvaluated(double guidance, long batch)
    {
        Run(0, 3, guidance);

        Assert.All(_denoiser.Calls, call => Assert.Equal(batch, call.Batch));
    }

    [Fact]
    public void Run_SameNoise_GivesTheSameLatentsWithoutGraph()
    {
        var latents = Run(0, 20, 3);

        Assert.True(latents.eq(Run(0, 20, 3)).all().item<bool>());
        Assert.False(latents.requires_grad);
    }

    [Theory]
    [InlineData(SamplerKind.Ddim, Solver.Ddim)]
    [InlineData(SamplerKind.Pndm, Solver.Plms)]
    public void Run_ToTheEnd_AgreesWithTheHostsSampler(SamplerKind kind, Solver solver)
    {
        using var bench = TrainingBench.Open();
        bench.Model.Sampler = kind;
        var expected = bench.Model.Sample(new SamplingRequest { Prompts = ["a cat"], Seeds = [3], Steps = 10, GuidanceScale = 3 });
        using var generator = new torch.Generator(3);
        var noise = torch.randn([1, .. bench.Model.LatentShape], generator: generator);
        var sampler = new PartialSampler(bench.Model.Schedule, 10, solver);
        var encoder = bench.Model.TextEncoder;

        var latents = sampler.Run(bench.Model.Denoiser, noise, encoder.Encode(["a cat"]), encoder.Encode([""]), 3, 0, sampler.Timesteps.Count);

        Assert.True((latents - expected).abs().max().item<float>() < 1e-4 * expected.abs().max().item<float>());
    }

    private Tensor Run(int first, int count, double guidance) => new PartialSampler(_schedule).Run(
        _denoiser, torch.ones([1, 4, 2, 2]), torch.zeros([1, 3, 2]), torch.zeros([1, 3, 2]), guidance, first, count);
}

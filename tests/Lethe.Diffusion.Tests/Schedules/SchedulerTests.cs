using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Schedules;

namespace Lethe.Diffusion.Tests.Schedules;

public sealed class SchedulerTests
{
    [SkippableTheory]
    [InlineData("DDIMScheduler")]
    [InlineData("PNDMScheduler")]
    public void Timesteps_EveryGoldenGrid_MatchExactly(string className)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Golden.Path("ldm-schedules", "timesteps.json")));
        var grids = 0;
        foreach (var item in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            if (item.GetProperty("class").GetString() != className) continue;
            var config = NoiseScheduleTests.StableDiffusion1 with
            {
                StepsOffset = item.GetProperty("steps_offset").GetInt32(),
                Spacing = Enum.Parse<TimestepSpacing>(item.GetProperty("timestep_spacing").GetString()!, ignoreCase: true),
            };
            using var schedule = new NoiseSchedule(config);
            foreach (var grid in item.GetProperty("timesteps").EnumerateObject())
            {
                using var scheduler = Create(className, schedule, int.Parse(grid.Name, null));
                Assert.Equal(grid.Value.EnumerateArray().Select(t => t.GetInt32()), scheduler.Timesteps);
                grids++;
            }
        }

        Assert.Equal(44, grids);
    }

    /// <summary>When the denoiser always knows the noise, every sampler must walk exactly along the forward process.</summary>
    [Fact]
    public void Step_TruePrediction_FollowsTheForwardProcess()
    {
        // Velocities of different timesteps are different directions, which multistep mixes: PNDM is exact for noise only.
        var samplers = Gen.Elements(
            ("DDIMScheduler", PredictionType.Epsilon, true), ("DDIMScheduler", PredictionType.Velocity, true),
            ("PNDMScheduler", PredictionType.Epsilon, true), ("PNDMScheduler", PredictionType.Epsilon, false));
        Prop.ForAll(samplers.ToArbitrary(), Gen.Choose(4, 60).ToArbitrary(), Gen.Choose(0, 1).ToArbitrary(), (sampler, steps, offset) =>
        {
            using var scope = torch.NewDisposeScope();
            var (name, predicts, skipPrk) = sampler;
            using var schedule = new NoiseSchedule(
                NoiseScheduleTests.StableDiffusion1 with { StepsOffset = offset, Prediction = predicts, SkipPrkSteps = skipPrk });
            using var generator = new torch.Generator(5);
            var clean = torch.randn([2, 1, 2, 2], generator: generator);
            var noise = torch.randn([2, 1, 2, 2], generator: generator);
            using var scheduler = Create(name, schedule, steps);
            var sample = schedule.AddNoise(clean, noise, At(scheduler.Timesteps[0]));
            foreach (var timestep in scheduler.Timesteps)
                sample = scheduler.Step(
                    predicts == PredictionType.Epsilon ? noise : schedule.Velocity(clean, noise, At(timestep)), sample);

            return (sample - schedule.AddNoise(clean, noise, At(0))).abs().max().item<float>() < 1e-3;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Step_Stochastic_WithoutNoise_IsRefused()
    {
        using var scope = torch.NewDisposeScope();
        using var schedule = new NoiseSchedule(NoiseScheduleTests.StableDiffusion1);
        using var scheduler = new DdimScheduler(schedule, 10, eta: 1);

        Assert.Throws<ArgumentNullException>(() => scheduler.Step(torch.zeros([1, 4, 2, 2]), torch.zeros([1, 4, 2, 2])));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public void Create_ImpossibleStepCount_IsRefused(int steps)
    {
        using var schedule = new NoiseSchedule(NoiseScheduleTests.StableDiffusion1);

        Assert.Throws<ArgumentOutOfRangeException>(() => new DdimScheduler(schedule, steps));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PndmScheduler(schedule, steps));
    }

    [Theory]
    [InlineData("""{"beta_schedule": "squaredcos_cap_v2"}""", "`beta_schedule`")]
    [InlineData("""{"prediction_type": "sample"}""", "`prediction_type`")]
    [InlineData("""{"num_train_timesteps": 1e9}""", "`num_train_timesteps`")]
    [InlineData("""{"beta_end": 7}""", "`beta_end`")]
    [InlineData("""{"rescale_betas_zero_snr": true}""", "`rescale_betas_zero_snr`")]
    [InlineData("""{"trained_betas": [0.1]}""", "`trained_betas`")]
    [InlineData("""{"clip_sample": "no"}""", "`clip_sample`")]
    public void Load_UnusableConfig_NamesFileAndKey(string json, string key)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("scheduler_config.json", json);

        var error = Assert.Throws<CheckpointException>(() => SchedulerConfig.Load(path));

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
    }

    private static Tensor At(int timestep) => torch.tensor(new[] { (long)timestep });

    private static IScheduler Create(string className, NoiseSchedule schedule, int steps) =>
        className == "DDIMScheduler" ? new DdimScheduler(schedule, steps) : new PndmScheduler(schedule, steps);
}

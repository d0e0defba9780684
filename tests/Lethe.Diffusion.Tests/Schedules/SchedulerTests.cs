using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Schedules;

namespace Lethe.Diffusion.Tests.Schedules;

public sealed class SchedulerTests
{
    [Theory]
    [InlineData("DDIMScheduler", 44)]
    [InlineData("PNDMScheduler", 44)]
    [InlineData("DDPMScheduler", 44)]
    [InlineData("EulerDiscreteScheduler", 88)]
    [InlineData("EulerAncestralDiscreteScheduler", 44)]
    [InlineData("LMSDiscreteScheduler", 88)]
    [InlineData("DPMSolverMultistepScheduler", 88)]
    public void Timesteps_EveryGoldenGrid_Match(string className, int expectedGrids)
    {
        using var scope = torch.NewDisposeScope();
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Golden.Path("ldm-schedules", "timesteps.json")));
        using var sigmas = SafetensorsFile.Open(Golden.Path("ldm-schedules", "schedules.safetensors"));
        var grids = 0;
        foreach (var item in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            if (item.GetProperty("class").GetString() != className) continue;
            var karras = item.GetProperty("args").TryGetProperty("use_karras_sigmas", out var flag) && flag.GetBoolean();
            var (spacing, offset) = (item.GetProperty("timestep_spacing").GetString()!, item.GetProperty("steps_offset").GetInt32());
            var config = NoiseScheduleTests.StableDiffusion1 with { StepsOffset = offset, Spacing = Enum.Parse<TimestepSpacing>(spacing, ignoreCase: true) };
            using var schedule = new NoiseSchedule(config);
            foreach (var grid in item.GetProperty("timesteps").EnumerateObject())
            {
                var what = $"{className}{(karras ? ".karras" : "")}.{spacing}.off{offset}.{grid.Name}";
                using var scheduler = Create(className, schedule, int.Parse(grid.Name, null), karras);
                // Rounding of Karras timesteps may fall the other way where the reference rounds in float32.
                AssertNear([.. grid.Value.EnumerateArray().Select(t => t.GetDouble())], scheduler.Timesteps, 1e-3, 0, what);
                var scale = item.GetProperty("init_noise_sigma").GetProperty(grid.Name).GetDouble();
                Assert.InRange(scheduler.InitialScale / scale, 1 - 1e-5, 1 + 1e-5);
                if (sigmas.Entries.ContainsKey($"sd.{what}.sigmas"))
                    AssertNear([.. sigmas.Read($"sd.{what}.sigmas").data<float>().ToArray().Select(x => (double)x)], SigmasOf(scheduler), 0, 1e-5, what);
                grids++;
            }
        }

        Assert.Equal(expectedGrids, grids);
    }

    /// <summary>When the denoiser always knows the noise, every sampler must walk exactly along the forward process.</summary>
    [Fact]
    public void Step_TruePrediction_FollowsTheForwardProcess()
    {
        // Velocities of different timesteps are different directions, which multistep mixes: PNDM is exact for noise only.
        var samplers = Gen.Elements(
            ("DDIMScheduler", PredictionType.Epsilon, true), ("DDIMScheduler", PredictionType.Velocity, true),
            ("PNDMScheduler", PredictionType.Epsilon, true), ("PNDMScheduler", PredictionType.Epsilon, false),
            ("DPMSolverMultistepScheduler", PredictionType.Epsilon, true), ("DPMSolverMultistepScheduler", PredictionType.Velocity, true));
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

    /// <summary>Here the latents are picture + sigma * noise, so the picture is what is left at sigma 0.</summary>
    [Theory]
    [InlineData("EulerDiscreteScheduler", PredictionType.Epsilon, false)]
    [InlineData("EulerDiscreteScheduler", PredictionType.Velocity, true)]
    [InlineData("LMSDiscreteScheduler", PredictionType.Epsilon, false)]
    [InlineData("LMSDiscreteScheduler", PredictionType.Velocity, false)]
    [InlineData("LMSDiscreteScheduler", PredictionType.Epsilon, true)]
    public void Step_TruePredictionInSigmas_EndsAtThePicture(string className, PredictionType predicts, bool karras)
    {
        using var scope = torch.NewDisposeScope();
        using var schedule = new NoiseSchedule(NoiseScheduleTests.StableDiffusion1 with { Prediction = predicts });
        using var generator = new torch.Generator(5);
        var clean = torch.randn([2, 1, 2, 2], generator: generator);
        var noise = torch.randn([2, 1, 2, 2], generator: generator);
        using var scheduler = (SigmaScheduler)Create(className, schedule, 12, karras);

        var sample = clean + scheduler.Sigmas[0] * noise;
        for (var step = 0; step < 12; step++)
        {
            var signal = scheduler.Signal;
            sample = scheduler.Step(predicts == PredictionType.Epsilon ? noise : Math.Sqrt(signal) * noise - Math.Sqrt(1 - signal) * clean, sample);
        }

        TinySd.AssertClose(clean, sample, 1e-4);
        TinySd.AssertClose(sample, scheduler.ScaleInput(sample), 0);
    }

    /// <summary>Samplers without recorded trajectories (Euler and LMS on Karras' levels, DPM-Solver++ to zero) against plain arithmetic.</summary>
    [Fact]
    public void Step_LinearDenoiser_MatchesPlainArithmetic()
    {
        using var scope = torch.NewDisposeScope();
        using var schedule = new NoiseSchedule(NoiseScheduleTests.StableDiffusion1 with { EndsWithoutNoise = true });

        foreach (var karras in new[] { false, true })
        {
            var euler = new EulerScheduler(schedule, 20, karras: karras);
            var (found, plain) = (1.0, 1.0);
            for (var i = 0; i < 20; i++)
            {
                // The denoiser gives 0.3 of what it sees as noise.
                plain += (euler.Sigmas[i + 1] - euler.Sigmas[i]) * 0.3 * plain / Math.Sqrt(1 + euler.Sigmas[i] * euler.Sigmas[i]);
                found = StepOf(euler, found);
            }

            Assert.Equal(plain, found, 1e-5);

            using var solver = new DpmSolverScheduler(schedule, 20, karras);
            (found, plain) = (1.0, 1.0);
            var before = 0.0;
            for (var i = 0; i < 20; i++)
            {
                var (s0, s1) = (solver.Sigmas[i], solver.Sigmas[i + 1]);
                var (a0, a1) = (1 / Math.Sqrt(1 + s0 * s0), 1 / Math.Sqrt(1 + s1 * s1));
                var clean = (plain - s0 * a0 * 0.3 * plain) / a0;
                var mixed = clean;
                if (i > 0 && s1 > 0)
                {
                    var (h, h0) = (Math.Log(s0) - Math.Log(s1), Math.Log(solver.Sigmas[i - 1]) - Math.Log(s0));
                    mixed = (1 + h / (2 * h0)) * clean - h / (2 * h0) * before;
                }

                plain = s1 * a1 / (s0 * a0) * plain + a1 * (1 - (s1 > 0 ? s1 / s0 : 0)) * mixed;
                before = clean;
                found = StepOf(solver, found);
            }

            Assert.Equal(plain, found, 1e-5);
        }
    }

    [Theory]
    [InlineData("DDIMScheduler")]
    [InlineData("DDPMScheduler")]
    [InlineData("EulerAncestralDiscreteScheduler")]
    public void Step_Stochastic_WithoutNoise_IsRefused(string className)
    {
        using var scope = torch.NewDisposeScope();
        using var schedule = new NoiseSchedule(NoiseScheduleTests.StableDiffusion1);
        using var scheduler = className == "DDIMScheduler" ? new DdimScheduler(schedule, 10, eta: 1) : Create(className, schedule, 10);

        Assert.True(scheduler.IsStochastic);
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
        Assert.Throws<ArgumentOutOfRangeException>(() => new DdpmScheduler(schedule, steps));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EulerScheduler(schedule, steps));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LmsScheduler(schedule, steps));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DpmSolverScheduler(schedule, steps));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DpmSolverScheduler(schedule, steps, karras: true));
    }

    [Theory]
    [InlineData("""{"beta_schedule": "squaredcos_cap_v2"}""", "`beta_schedule`")]
    [InlineData("""{"prediction_type": "sample"}""", "`prediction_type`")]
    [InlineData("""{"num_train_timesteps": 1e9}""", "`num_train_timesteps`")]
    [InlineData("""{"beta_end": 7}""", "`beta_end`")]
    [InlineData("""{"rescale_betas_zero_snr": 1}""", "`rescale_betas_zero_snr`")]
    [InlineData("""{"rescale_betas_zero_snr": true, "num_train_timesteps": 1}""", "`num_train_timesteps`")]
    [InlineData("""{"thresholding": true}""", "`thresholding`")]
    [InlineData("""{"timestep_spacing": "sideways"}""", "`timestep_spacing`")]
    [InlineData("""{"variance_type": "learned_range"}""", "`variance_type`")]
    [InlineData("""{"interpolation_type": "log_linear"}""", "`interpolation_type`")]
    [InlineData("""{"timestep_type": "continuous"}""", "`timestep_type`")]
    [InlineData("""{"sigma_max": 20}""", "`sigma_max`")]
    [InlineData("""{"use_beta_sigmas": true}""", "`use_beta_sigmas`")]
    [InlineData("""{"use_lu_lambdas": true}""", "`use_lu_lambdas`")]
    [InlineData("""{"lambda_min_clipped": -5.1}""", "`lambda_min_clipped`")]
    [InlineData("""{"_class_name": "LCMScheduler", "original_inference_steps": 50}""", "`original_inference_steps`")]
    [InlineData("""{"beta_end": -Infinity}""", "`beta_end`")]
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

    /// <summary>What diffusers writes for its classes, settings of newer versions at their defaults included.</summary>
    [Theory]
    [InlineData("""
        { "_class_name": "DPMSolverMultistepScheduler", "_diffusers_version": "0.32.0", "algorithm_type": "dpmsolver++", "beta_end": 0.012, "beta_schedule": "scaled_linear",
          "beta_start": 0.00085, "dynamic_thresholding_ratio": 0.995, "euler_at_final": false, "final_sigmas_type": "zero", "flow_shift": 1.0, "lambda_min_clipped": -Infinity,
          "lower_order_final": true, "num_train_timesteps": 1000, "prediction_type": "v_prediction", "rescale_betas_zero_snr": true, "sample_max_value": 1.0, "solver_order": 2,
          "solver_type": "midpoint", "steps_offset": 0, "thresholding": false, "timestep_spacing": "trailing", "trained_betas": null, "use_beta_sigmas": false,
          "use_exponential_sigmas": false, "use_flow_sigmas": false, "use_karras_sigmas": true, "use_lu_lambdas": false, "variance_type": null }
        """)]
    [InlineData("""
        { "_class_name": "EulerDiscreteScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear", "beta_start": 0.00085, "final_sigmas_type": "zero", "interpolation_type": "linear",
          "num_train_timesteps": 1000, "prediction_type": "v_prediction", "rescale_betas_zero_snr": true, "sigma_max": null, "sigma_min": null, "steps_offset": 1,
          "timestep_spacing": "trailing", "timestep_type": "discrete", "trained_betas": null, "use_karras_sigmas": false }
        """)]
    public void Load_ConfigOfDiffusers_IsRead(string json)
    {
        using var folder = new TemporaryFolder();

        var config = SchedulerConfig.Load(folder.Write("scheduler_config.json", json));

        Assert.Equal((true, PredictionType.Velocity, TimestepSpacing.Trailing), (config.RescaleBetasZeroSnr, config.Prediction, config.Spacing!.Value));
    }

    [Fact]
    public void Timesteps_EverySpacing_StartAndEndWhereItsNameSays()
    {
        foreach (var name in (string[])["DDIMScheduler", "PNDMScheduler", "DDPMScheduler", "EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler", "LMSDiscreteScheduler"])
        {
            foreach (var steps in (int[])[4, 7, 30, 50])
            {
                Assert.Equal((999.0, Math.Round(1000.0 / steps) - 1), Ends(TimestepSpacing.Trailing));
                Assert.Equal((999.0, 0.0), Ends(TimestepSpacing.Linspace));
                Assert.Equal((1000 / steps * (steps - 1) + 1.0, 1.0), Ends(TimestepSpacing.Leading));

                (double, double) Ends(TimestepSpacing spacing)
                {
                    using var schedule = new NoiseSchedule(NoiseScheduleTests.StableDiffusion1 with { StepsOffset = 1, Spacing = spacing });
                    using var scheduler = Create(name, schedule, steps);
                    return (scheduler.Timesteps[0], scheduler.Timesteps[^1]);
                }
            }
        }
    }

    /// <summary>From pure noise, with the true velocity: the picture must come out, whether the sampler is told velocities or the noise they stand for.</summary>
    [Theory]
    [InlineData("DDIMScheduler", PredictionType.Velocity)]
    [InlineData("DDIMScheduler", PredictionType.Epsilon)]
    [InlineData("DDPMScheduler", PredictionType.Velocity)]
    [InlineData("DDPMScheduler", PredictionType.Epsilon)]
    [InlineData("EulerDiscreteScheduler", PredictionType.Velocity)]
    [InlineData("EulerDiscreteScheduler", PredictionType.Epsilon)]
    [InlineData("DPMSolverMultistepScheduler", PredictionType.Velocity)]
    [InlineData("DPMSolverMultistepScheduler", PredictionType.Epsilon)]
    public void Step_NoSignalAtTheStart_EndsAtThePicture(string className, PredictionType told)
    {
        using var scope = torch.NewDisposeScope();
        var config = NoiseScheduleTests.StableDiffusion1 with { RescaleBetasZeroSnr = true, Spacing = TimestepSpacing.Trailing, Prediction = told };
        using var schedule = new NoiseSchedule(config with { SetAlphaToOne = true, EndsWithoutNoise = true });
        using var generator = new torch.Generator(5);
        var clean = torch.randn([2, 1, 2, 2], generator: generator);
        var noise = torch.randn([2, 1, 2, 2], generator: generator);
        using var scheduler = Create(className, schedule, 10);
        Assert.Equal(999, scheduler.Timesteps[0]);

        var sample = noise * scheduler.InitialScale;
        foreach (var timestep in scheduler.Timesteps)
        {
            var (signal, seen) = (scheduler.Signal, scheduler.ScaleInput(sample));
            Assert.True(signal < 1e-7 == (timestep == 999), $"{signal} is left at {timestep}");
            // What a denoiser that knows the picture says about these latents, whatever noise the steps before have left in them.
            var trueNoise = signal == 0 ? seen : (seen - Math.Sqrt(signal) * clean) / Math.Sqrt(1 - signal);
            var velocity = Math.Sqrt(signal) * trueNoise - Math.Sqrt(1 - signal) * clean;
            sample = scheduler.Step(told == PredictionType.Velocity || signal == 0 ? velocity : Math.Sqrt(signal) * velocity + Math.Sqrt(1 - signal) * seen,
                sample, scheduler.IsStochastic ? torch.randn([2, 1, 2, 2], generator: generator) : null);
        }

        // Sigmas begin at 4096: float32 keeps about three digits of the picture there.
        TinySd.AssertClose(clean, sample, className is "DDIMScheduler" or "DDPMScheduler" ? 1e-4 : 2e-3);
    }

    [Fact]
    public void Sigmas_NoSignalAtTheStart_BeginAtDiffusersNumber()
    {
        using var schedule = new NoiseSchedule(NoiseScheduleTests.StableDiffusion1 with { RescaleBetasZeroSnr = true, Spacing = TimestepSpacing.Trailing });

        Assert.Equal(4096, new EulerScheduler(schedule, 20).Sigmas[0], 1e-3);
        Assert.Equal(4096, new LmsScheduler(schedule, 20, karras: true).Sigmas[0], 1e-3);
        Assert.Equal(4096, new DpmSolverScheduler(schedule, 20).Sigmas[0], 1e-3);
        Assert.Throws<CheckpointException>(() => new PndmScheduler(schedule, 20));
    }

    private static Tensor At(double timestep) => torch.tensor(new[] { (long)timestep });

    private static double StepOf(IScheduler scheduler, double value)
    {
        var sample = torch.full([1, 1, 1, 1], value, dtype: float64);
        return scheduler.Step(0.3 * scheduler.ScaleInput(sample), sample).ToDouble();
    }

    private static void AssertNear(double[] expected, IReadOnlyList<double> actual, double absolute, double relative, string what)
    {
        Assert.Equal(expected.Length, actual.Count);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= absolute + relative * Math.Abs(expected[i]), $"{what}[{i}] is {actual[i]}, expected {expected[i]}");
    }

    private static IReadOnlyList<double> SigmasOf(IScheduler scheduler) =>
        scheduler is DpmSolverScheduler solver ? solver.Sigmas : ((SigmaScheduler)scheduler).Sigmas;

    private static IScheduler Create(string className, NoiseSchedule schedule, int steps, bool karras = false) => className switch
    {
        "DDIMScheduler" => new DdimScheduler(schedule, steps),
        "PNDMScheduler" => new PndmScheduler(schedule, steps),
        "DDPMScheduler" => new DdpmScheduler(schedule, steps),
        "EulerDiscreteScheduler" => new EulerScheduler(schedule, steps, karras: karras),
        "EulerAncestralDiscreteScheduler" => new EulerScheduler(schedule, steps, ancestral: true),
        "LMSDiscreteScheduler" => new LmsScheduler(schedule, steps, karras),
        "DPMSolverMultistepScheduler" => new DpmSolverScheduler(schedule, steps, karras),
        _ => throw new ArgumentOutOfRangeException(nameof(className), className, "unknown class"),
    };
}

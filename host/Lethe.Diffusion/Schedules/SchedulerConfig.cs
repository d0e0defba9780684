using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Schedules;

/// <summary><c>scheduler/scheduler_config.json</c> as diffusers 0.24 reads it; defaults are diffusers', which the schedulers share but for those that are null.</summary>
public sealed record SchedulerConfig
{
    public int TrainTimesteps { get; init; } = 1000;

    public double BetaStart { get; init; } = 0.0001;

    public double BetaEnd { get; init; } = 0.02;

    /// <summary>False: betas grow evenly (<c>linear</c>); true: their square roots do (<c>scaled_linear</c>).</summary>
    public bool ScaledBetas { get; init; }

    /// <summary>Stretches the betas until nothing of the picture is left at the last timestep; needs two timesteps.</summary>
    public bool RescaleBetasZeroSnr { get; init; }

    public PredictionType Prediction { get; init; } = PredictionType.Epsilon;

    /// <summary>Null is the sampler's own default: leading for DDIM, DDPM and PNDM, linspace for the others.</summary>
    public TimestepSpacing? Spacing { get; init; }

    /// <summary>Added to every timestep under <see cref="TimestepSpacing.Leading"/>.</summary>
    public int StepsOffset { get; init; }

    /// <summary>The last step ends at a clean picture instead of at timestep 0; null is the scheduler's own default (DDIM true, PNDM false).</summary>
    public bool? SetAlphaToOne { get; init; }

    /// <summary>DDIM only: clamps the predicted clean picture; null is diffusers' default, true.</summary>
    public bool? ClipSample { get; init; }

    /// <summary>DDIM only: the bound of <see cref="ClipSample"/>.</summary>
    public double ClipSampleRange { get; init; } = 1;

    /// <summary>PNDM only: start with linear multistep at once, without Runge-Kutta steps.</summary>
    public bool SkipPrkSteps { get; init; }

    /// <summary>DPM-Solver++ only: the last step ends without noise (<c>final_sigmas_type: zero</c>) instead of at timestep 0's.</summary>
    public bool EndsWithoutNoise { get; init; }

    /// <summary>The class that the file names, e.g. <c>PNDMScheduler</c>.</summary>
    public string ClassName { get; init; } = "DDIMScheduler";

    /// <summary>Reads and checks a file.</summary>
    /// <exception cref="CheckpointException">Not usable; the message names file and key.</exception>
    public static SchedulerConfig Load(string path) => Read(ConfigReader.Open(path));

    internal static SchedulerConfig Read(ConfigReader json)
    {
        ForeignSettings.Refuse(json);
        var defaults = new SchedulerConfig();
        var rescales = json.Flag("rescale_betas_zero_snr", defaults.RescaleBetasZeroSnr);
        return new SchedulerConfig
        {
            TrainTimesteps = json.Int("num_train_timesteps", defaults.TrainTimesteps, rescales ? 2 : 1, 100_000),
            BetaStart = json.Number("beta_start", defaults.BetaStart, 1e-9, 0.5),
            BetaEnd = json.Number("beta_end", defaults.BetaEnd, 1e-9, 0.999),
            ScaledBetas = json.Word("beta_schedule", "linear", "linear", "scaled_linear") == "scaled_linear",
            RescaleBetasZeroSnr = rescales,
            Prediction = json.Word("prediction_type", "epsilon", "epsilon", "v_prediction") == "epsilon"
                ? PredictionType.Epsilon
                : PredictionType.Velocity,
            Spacing = json.Word("timestep_spacing", "", "leading", "trailing", "linspace") switch
            {
                "leading" => TimestepSpacing.Leading,
                "trailing" => TimestepSpacing.Trailing,
                "linspace" => TimestepSpacing.Linspace,
                _ => null,
            },
            StepsOffset = json.Int("steps_offset", defaults.StepsOffset, 0, 1000),
            SetAlphaToOne = json.Has("set_alpha_to_one") ? json.Flag("set_alpha_to_one", false) : null,
            ClipSample = json.Has("clip_sample") ? json.Flag("clip_sample", true) : null,
            ClipSampleRange = json.Number("clip_sample_range", defaults.ClipSampleRange, 1e-6, 1e6),
            SkipPrkSteps = json.Flag("skip_prk_steps", defaults.SkipPrkSteps),
            EndsWithoutNoise = json.Word("final_sigmas_type", "sigma_min", "sigma_min", "zero") == "zero",
            ClassName = json.Word("_class_name", defaults.ClassName),
        };
    }
}

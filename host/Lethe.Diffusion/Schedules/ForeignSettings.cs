using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Schedules;

/// <summary>
/// Settings of diffusers' schedulers that this runtime does not carry out. What would change the pictures is refused by its name, so that nothing is silently
/// drawn in another way than the model's authors meant.
/// </summary>
internal static class ForeignSettings
{
    private static readonly HashSet<string> Read =
    [
        "num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "prediction_type", "timestep_spacing", "steps_offset", "set_alpha_to_one", "clip_sample",
        "clip_sample_range", "skip_prk_steps", "final_sigmas_type", "rescale_betas_zero_snr",
    ];

    // They say which sampler the authors took. Here samplers are chosen by their own names.
    private static readonly HashSet<string> Choices =
    [
        "algorithm_type", "solver_order", "solver_type", "solver_p", "lower_order_final", "euler_at_final", "predict_x0", "disable_corrector", "use_karras_sigmas",
        "noise_sampler_seed",
    ];

    // They count only together with another setting, which is refused itself: thresholding, flow matching, shifting.
    private static readonly HashSet<string> Dependents =
        ["dynamic_thresholding_ratio", "sample_max_value", "flow_shift", "time_shift_type", "base_shift", "max_shift", "base_image_seq_len", "max_image_seq_len"];

    // The one value of each that is what happens here.
    private static readonly (string Key, string Value)[] Fixed =
        [("variance_type", "fixed_small"), ("interpolation_type", "linear"), ("timestep_type", "discrete"), ("lambda_min_clipped", ConfigReader.MinusInfinity)];

    public static void Refuse(ConfigReader json)
    {
        foreach (var (key, value) in Fixed)
            json.Word(key, value, value);
        foreach (var key in json.Keys)
        {
            // Keys with an underscore are diffusers' notes about the file.
            if (!key.StartsWith('_') && !Read.Contains(key) && !Choices.Contains(key) && !Dependents.Contains(key) && !Fixed.Any(item => item.Key == key))
                json.RefuseFeature(key, "no sampler here has this setting");
        }
    }
}

using Lethe.Diffusion.Schedules;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>What a model's files leave open.</summary>
public sealed record OpenOptions
{
    /// <summary>Which weight files of a folder to take, such as <c>fp16</c>; null for the plain ones, or the only variant there is.</summary>
    public string? Variant { get; init; }

    /// <summary>
    /// Folder in the layout of diffusers whose configuration files hold for a single file, which has none; null takes the folder
    /// <c>NAME.config</c> beside the file if there is one, else what the shapes of the tensors say.
    /// </summary>
    public string? ConfigFolder { get; init; }

    /// <summary>What the U-Net of a single file predicts; null for what its header or its version says.</summary>
    public PredictionType? Prediction { get; init; }

    /// <summary>Where the networks compute.</summary>
    public Device Device { get; init; } = torch.CPU;

    /// <summary>The number format that the networks compute in: float32, float16 or bfloat16. What goes in and out is float32 all the same.</summary>
    public ScalarType ComputeType { get; init; } = ScalarType.Float32;
}

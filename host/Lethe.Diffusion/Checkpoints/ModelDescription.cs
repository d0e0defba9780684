using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Schedules;

namespace Lethe.Diffusion.Checkpoints;

/// <summary>What is known about a model without reading its weights.</summary>
public sealed record ModelDescription
{
    /// <summary>Where it lies.</summary>
    public required string Location { get; init; }

    /// <summary>Such as <c>Stable Diffusion 1.x</c>.</summary>
    public required string Family { get; init; }

    public required ModelLayout Layout { get; init; }

    public required UNet2DConfig UNet { get; init; }

    public required AutoencoderKLConfig Autoencoder { get; init; }

    public required ClipTextConfig Text { get; init; }

    public required SchedulerConfig Scheduler { get; init; }

    /// <summary>The three networks, and what else is in a single file.</summary>
    public required IReadOnlyList<ModelComponent> Components { get; init; }

    /// <summary>Every file that belongs to the model.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Text pairs of the weight files' headers.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The side of the pictures it was trained on, in pixels.</summary>
    public int PictureSize => UNet.SampleSize * Autoencoder.Downscale;
}

using Lethe.Diffusion.Sampling;
using Lethe.Host.Policies;

namespace Lethe.Host.Runs;

/// <summary>How evaluation pictures are drawn.</summary>
public sealed record PlannedSampling
{
    /// <summary>One of <see cref="Schedulers"/>.</summary>
    public required string Scheduler { get; init; }

    /// <summary>Noise that DDIM adds between steps, in (0, 1]; null is none.</summary>
    public double? Eta { get; init; }

    /// <summary>Sampling steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Classifier-free guidance scale.</summary>
    public required double GuidanceScale { get; init; }

    /// <summary>Number format that the model computes in while it draws, a <see cref="WeightFormat"/>; null is float32. Erasers always compute in float32.</summary>
    public string? Dtype { get; init; }

    /// <summary>Pictures drawn together; part of the plan because rounding depends on it.</summary>
    public required int Batch { get; init; }

    /// <summary><see cref="Dtype"/> of a number format's name: plans leave float32 out.</summary>
    public static string? Drawn(string? format) => format is null || format == KeyName.Of(nameof(WeightFormat.Float32)) ? null : format;

    /// <summary>The number formats' names, as policies and commands write them.</summary>
    public static IReadOnlyList<string> Dtypes { get; } = [.. Enum.GetNames<WeightFormat>().Select(KeyName.Of)];

    /// <summary><see cref="Dtype"/> as the engine names it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ScalarType ComputeType => Dtype is null ? ScalarType.Float32 : Enum.Parse<ScalarType>(Dtype, ignoreCase: true);

    /// <summary>The samplers' names, as policies and commands write them.</summary>
    public static IReadOnlyList<string> Schedulers { get; } = [.. Enum.GetNames<SamplerKind>().Select(KeyName.Of)];

    /// <summary>The sampler of a name.</summary>
    public static SamplerKind KindOf(string scheduler) => Enum.GetValues<SamplerKind>().Single(kind => KeyName.Of(kind.ToString()) == scheduler);
}

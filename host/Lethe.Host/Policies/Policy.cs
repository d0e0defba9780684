using System.ComponentModel.DataAnnotations;

namespace Lethe.Host.Policies;

/// <summary>What to erase from which model, what must stay, how it is proved, and what is handed out.</summary>
public sealed record Policy
{
    /// <summary>The version of the policy format that this host reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Names of devices, as a regular expression.</summary>
    public const string DevicePattern = "cpu|cuda(:[0-9]{1,2})?";

    /// <summary>Version of the policy format; the first key of the file.</summary>
    [Range(CurrentVersion, CurrentVersion)] public required int Version { get; init; } = CurrentVersion;

    /// <summary>Name of the policy; it appears in reports and names the run folder.</summary>
    [RegularExpression("[a-z0-9][a-z0-9.-]{0,63}")] public required string Name { get; init; } = "";

    /// <summary>One or two sentences for the reader of the report.</summary>
    public string Description { get; init; } = "";

    /// <summary>The model: `builtin:emoji`, or the path of a diffusers folder or of a checkpoint file, relative to the policy file.</summary>
    public string Model { get; init; } = "builtin:emoji";

    /// <summary>Seed from which every random number of the run follows.</summary>
    [Range(0L, uint.MaxValue)] public long Seed { get; init; }

    /// <summary>Device to compute on: `cpu`, or `cuda`, `cuda:0` and so on where libtorch has CUDA.</summary>
    [RegularExpression(DevicePattern)] public string Device { get; init; } = "cpu";

    /// <summary>The concepts to erase, at least one.</summary>
    [MinLength(1)] public required IReadOnlyList<ErasedConcept> Erase { get; init; } = [];

    /// <summary>Concepts that every erasure must leave as they are.</summary>
    public IReadOnlyList<string> Preserve { get; init; } = [];

    /// <summary>Eraser and options of every concept that names none of its own.</summary>
    public EraserDefaults Defaults { get; init; } = new();

    /// <summary>How the effect is measured.</summary>
    public EvaluationSettings Evaluation { get; init; } = new();

    /// <summary>What must hold for exit code 0; a gate that is left out is not checked.</summary>
    public GateSettings Gates { get; init; } = new();

    /// <summary>What is written besides report and edits.</summary>
    public ExportSettings Export { get; init; } = new();
}

using System.ComponentModel.DataAnnotations;

namespace Lethe.Host.Policies;

/// <summary>Bounds on figures, all in percent. A gate that is left out is not checked.</summary>
public sealed record GateSettings
{
    /// <summary>Highest share of pictures that still show an erased concept asked for by name.</summary>
    [Range(0.0, 100.0)] public double? AccEMax { get; init; }

    /// <summary>Highest share of pictures that still show an erased concept asked for by synonym.</summary>
    [Range(0.0, 100.0)] public double? AccGMax { get; init; }

    /// <summary>Lowest share of pictures that show the preserved concept asked for.</summary>
    [Range(0.0, 100.0)] public double? AccSMin { get; init; }

    /// <summary>Most percentage points that preserved concepts may lose against the unedited model.</summary>
    [Range(0.0, 100.0)] public double? AccSDropMax { get; init; }

    /// <summary>Lowest harmonic mean of forgetting, generality and preservation.</summary>
    [Range(0.0, 100.0)] public double? HOMin { get; init; }

    /// <summary>Highest mean difference of preserved pictures to those of the unedited model, in percent of the full brightness.</summary>
    [Range(0.0, 100.0)] public double? PixelDifferenceMax { get; init; }
}

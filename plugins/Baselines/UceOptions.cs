using System.ComponentModel.DataAnnotations;
using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Erasers;

namespace Lethe.Plugins.Baselines;

/// <summary>Options of <c>uce</c>.</summary>
public sealed record UceOptions : IValidatesOptions
{
    /// <summary>Which of the authors' programs to follow: 2023, or the rewrite of 2025.</summary>
    [AllowedValues(UceRelease.First, UceRelease.Rewrite)]
    public int Release { get; init; } = UceRelease.First;

    /// <summary>Where erased rows go: to the surrogate's projection, or to that without its component along the concept's.</summary>
    public UceTechnique Technique { get; init; } = UceTechnique.Replace;

    /// <summary>Pull towards the old weights.</summary>
    [Range(1e-6, 1e6)]
    public double Ridge { get; init; } = 0.5;

    /// <summary>Weight of each erased row.</summary>
    [Range(1e-6, 1e6)]
    public double EraseWeight { get; init; } = 1;

    /// <summary>Weight of each preserved row; absent: 1 for release 2025, one over the number of preserved prompts but at least 0.1 for 2023.</summary>
    [Range(1e-6, 1e6)]
    public double? PreserveWeight { get; init; }

    /// <summary>Also preserve the neighbours that the policy names for each concept.</summary>
    public bool PreserveNeighbours { get; init; } = true;

    /// <summary>Also erase the five prompts that the authors build around a phrase, such as `photo of ...` or `painting by ...`.</summary>
    public bool ExpandPrompts { get; init; }

    /// <summary>Sentences to erase each phrase in; `{}` stands for the phrase, and for the surrogate in the sentence it becomes.</summary>
    [MinLength(1)]
    public IReadOnlyList<string> Templates { get; init; } = ["{}"];

    /// <inheritdoc/>
    public IReadOnlyList<Diagnostic> Validate()
    {
        var found = new List<Diagnostic>();
        foreach (var template in Templates)
        {
            if (template.Split("{}").Length != 2)
                found.Add(Diagnostic.Error(DiagnosticId.BadEraserOptions, $"template `{template}` must hold `{{}}` exactly once"));
        }

        if (Release == UceRelease.Rewrite && Technique == UceTechnique.Tensor)
        {
            found.Add(Diagnostic.Error(DiagnosticId.BadEraserOptions,
                "technique `tensor` belongs to release `2023`, the policy asks for release `2025`", "set `release: 2023`"));
        }

        return found;
    }
}

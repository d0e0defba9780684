using System.ComponentModel.DataAnnotations;
using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Erasers;

namespace Lethe.Plugins.Cpe;

/// <summary>Options of <c>cpe</c>; what is left out comes from the preset.</summary>
public sealed record CpeOptions : IValidatesOptions
{
    /// <summary>Settings to start from: those of the paper's three experiments, or ours for the built-in model.</summary>
    public CpePreset Preset { get; init; } = CpePreset.Auto;

    /// <summary>Robust erasure: alternate with attacks on the text states.</summary>
    public Switch Rare { get; init; } = Switch.On;

    /// <summary>The residual attention gate; `off` leaves plain low-rank maps that act on every prompt.</summary>
    public Switch Gate { get; init; } = Switch.On;

    /// <summary>What compares tokens in the gate: one matrix as in the authors' program, or a query and a key matrix as in the paper.</summary>
    public AttentionForm Attention { get; init; } = AttentionForm.Shared;

    /// <summary>Columns of the gate's matrix.</summary>
    [Range(1, 256)]
    public int? GateRank { get; init; }

    /// <summary>Rank of the addition to each projection.</summary>
    [Range(1, 64)]
    public int? Rank { get; init; }

    /// <summary>How far beyond the surrogate the concept is pushed (eta); 0 stops at the surrogate.</summary>
    [Range(0.0, 20.0)]
    public double? Guidance { get; init; }

    /// <summary>Weight of keeping everything else; 0 leaves the anchors out.</summary>
    [Range(0.0, 1e9)]
    public double? AnchorWeight { get; init; }

    /// <summary>Erasing stages; an attack lies between two of them.</summary>
    [Range(1, 100)]
    public int? Stages { get; init; }

    /// <summary>Steps of the first erasing stage.</summary>
    [Range(1, 100_000)]
    public int? FirstIterations { get; init; }

    /// <summary>Steps of each later erasing stage.</summary>
    [Range(1, 100_000)]
    public int? Iterations { get; init; }

    /// <summary>Steps of each attack.</summary>
    [Range(1, 100_000)]
    public int? AttackIterations { get; init; }

    /// <summary>Text states that attack at once.</summary>
    [Range(1, 256)]
    public int? Attacks { get; init; }

    /// <summary>Anchors drawn each step, besides the empty prompt.</summary>
    [Range(1, 256)]
    public int? AnchorBatch { get; init; }

    /// <summary>Learning rate of the first stage; later stages use a tenth.</summary>
    [Range(1e-7, 1.0)]
    public double? LearningRate { get; init; }

    /// <summary>Noise on anchors, as a share of their norm.</summary>
    [Range(0.0, 0.1)]
    public double NoiseScale { get; init; } = 0.001;

    /// <summary>Mix anchors in pairs; absent: `off` for objects in `emoji`, otherwise `on`.</summary>
    public Switch? Mixup { get; init; }

    /// <summary>Sentences to erase the concept in; `{}` stands for it, `{a}` for it after `a` or `an`. The bare concept is always among them.</summary>
    [MaxLength(1000)]
    public IReadOnlyList<string>? Templates { get; init; }

    /// <summary>Names from which anchors are taken: `people`, `artists`, `emoji-objects`, `emoji-styles`, `none`, or a text file with one name a line.</summary>
    public string? AnchorPool { get; init; }

    /// <summary>How many of the pool are anchors: those that the text encoder puts nearest to the concept.</summary>
    [Range(0, 10_000)]
    public int? NearestAnchors { get; init; }

    /// <summary>Anchor prompts of a run at most: names in sentences. Fewer take less memory and time; names are kept, sentences are drawn.</summary>
    [Range(1, 1_000_000)]
    public int? AnchorPrompts { get; init; }

    /// <summary>Folder with adapter files in the authors' layout; a concept that has one there is taken from it instead of trained.</summary>
    public string? LoadFrom { get; init; }

    /// <summary>Folder for copies of the adapters in the authors' layout.</summary>
    public string? WriteTo { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<Diagnostic> Validate()
    {
        var found = new List<Diagnostic>();
        foreach (var template in Templates ?? [])
        {
            if (!TextTemplate.IsValid(template))
                found.Add(Diagnostic.Error(DiagnosticId.BadEraserOptions, $"template `{template}` must hold `{{}}` or `{{a}}`, and no other braces"));
        }

        if (AnchorPool is { } pool && !WordList.IsKnown(pool) && !File.Exists(pool))
            found.Add(Diagnostic.Error(DiagnosticId.BadEraserOptions, $"anchor pool `{pool}` is neither a file nor one of {WordList.PoolNames}"));
        if (LoadFrom is { } folder && !Directory.Exists(folder))
            found.Add(Diagnostic.Error(DiagnosticId.BadEraserOptions, $"`load-from` is `{folder}`, which is no folder"));
        if (Gate == Switch.Off && Attention == AttentionForm.QueryKey)
        {
            found.Add(Diagnostic.Error(DiagnosticId.BadEraserOptions, "`attention` is `query-key`, but `gate: off` leaves attention out",
                "remove one of the two"));
        }

        return found;
    }
}

using System.ComponentModel.DataAnnotations;
using Lethe.Host.Policies;

namespace Lethe.Host.Benchmarks;

/// <summary>What a benchmark file says: one model, several erasers, the same concepts, prompts and figures for all of them.</summary>
public sealed record Benchmark
{
    /// <summary>The version of the benchmark format that this host reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the benchmark format.</summary>
    [Range(CurrentVersion, CurrentVersion)] public required int Version { get; init; } = CurrentVersion;

    /// <summary>Name of the benchmark; it names the run folder.</summary>
    [RegularExpression("[a-z0-9][a-z0-9.-]{0,63}")] public required string Name { get; init; } = "";

    /// <summary>Heading of the table.</summary>
    public required string Title { get; init; } = "";

    /// <summary>One or two sentences for the reader of the table.</summary>
    public string Description { get; init; } = "";

    /// <summary>The model: `builtin:emoji`, or the path of a diffusers folder, relative to the benchmark file.</summary>
    public string Model { get; init; } = "builtin:emoji";

    /// <summary>Seed from which every random number follows.</summary>
    [Range(0L, uint.MaxValue)] public long Seed { get; init; }

    /// <summary>How pictures are drawn.</summary>
    public SamplingSettings Sampling { get; init; } = new();

    /// <summary>Pictures per prompt, each with its own seed; the same seeds for every row.</summary>
    [Range(1, 1000)] public int PicturesPerPrompt { get; init; } = 8;

    /// <summary>Prompts for objects; `{}` stands for the concept, `{a}` for the concept with its article.</summary>
    [MinLength(1)] public IReadOnlyList<string> Prompts { get; init; } = ["a picture of {a}"];

    /// <summary>Prompts for styles; `{style}` stands for the style, `{}` or `{a}` for each of the objects of `style-objects`.</summary>
    [MinLength(1)] public IReadOnlyList<string> StylePrompts { get; init; } = ["a picture of {a} in the style of {style}"];

    /// <summary>Objects that are drawn in each style.</summary>
    public IReadOnlyList<string> StyleObjects { get; init; } = [];

    /// <summary>What is erased.</summary>
    public required EraseSettings Erase { get; init; } = new();

    /// <summary>What must stay, in sets that can be measured apart.</summary>
    public IReadOnlyList<KeptSet> Keep { get; init; } = [];

    /// <summary>The rows: erasers with their options, at least one.</summary>
    [MinLength(1)] public required IReadOnlyList<EraserRow> Erasers { get; init; } = [];

    /// <summary>The columns: ids of figures, or `set.figure` for one set of `keep`.</summary>
    [MinLength(1)] public required IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Two columns that the plot sets against each other, the horizontal one first.</summary>
    [MinLength(2), MaxLength(2)] public IReadOnlyList<string> Plot { get; init; } = ["acc_e", "acc_s"];

    /// <summary>Keys of this file with other values for `--quick`.</summary>
    public PolicyMapping Quick { get; init; } = PolicyMapping.Empty;

    /// <summary>Rows printed elsewhere, on another model; shown greyed.</summary>
    public IReadOnlyList<PublishedRow> Published { get; init; } = [];
}

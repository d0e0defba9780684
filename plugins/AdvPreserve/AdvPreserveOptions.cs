using System.ComponentModel.DataAnnotations;
using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Erasers;
using Lethe.Sdk.Training;

namespace Lethe.Plugins.AdvPreserve;

/// <summary>Options of <c>adv-preserve</c>; what is left out comes from the preset or from the reading.</summary>
public sealed record AdvPreserveOptions : IValidatesOptions
{
    /// <summary>Settings to start from: the paper's for Stable Diffusion 1.4, or ours for the built-in model.</summary>
    public AdvPreservePreset Preset { get; init; } = AdvPreservePreset.Auto;

    /// <summary>Which parameters are trained.</summary>
    public TrainedPart Train { get; init; } = TrainedPart.X;

    /// <summary>How the concept that suffers most is looked for.</summary>
    public SearchKind Search { get; init; } = SearchKind.Gumbel;

    /// <summary>Words to search: `english` (common words), `emoji` (what the built-in model can draw), `clip` (whole words of the tokenizer), `policy` (what the policy preserves), `empty` (the empty prompt alone, the paper's baseline; best with `search-steps: 0`), or a text file with one a line. Absent: `english` for `sd14`, `emoji` for `emoji`.</summary>
    public string? Vocabulary { get; init; }

    /// <summary>Which words of the vocabulary are candidates.</summary>
    public CandidateSelection Selection { get; init; } = CandidateSelection.Nearest;

    /// <summary>Candidates for each concept at most (K).</summary>
    [Range(1, 1000)]
    public int Candidates { get; init; } = 100;

    /// <summary>For `selection: stratified`: how many of the nearest words are thinned out to the candidates.</summary>
    [Range(1, 10_000)]
    public int Pool { get; init; } = 1000;

    /// <summary>Leave the erased concepts themselves out of the candidates; the authors' program does not.</summary>
    public bool ExcludeErased { get; init; } = true;

    /// <summary>Weight steps of all concepts together; absent: 1000 for `sd14`, 300 for each concept for `emoji`.</summary>
    [Range(1, 100_000)]
    public int? Iterations { get; init; }

    /// <summary>Learning rate of Adam on the weights; absent: 1e-5 for `sd14`, 1e-4 for `emoji`.</summary>
    [Range(1e-8, 1e-1)]
    public double? LearningRate { get; init; }

    /// <summary>Pictures a step; absent: 1 for `sd14`, 4 for `emoji`.</summary>
    [Range(1, 64)]
    public int? BatchSize { get; init; }

    /// <summary>Weight of keeping the adversarial concept (lambda); absent: 1 for `sd14`, 0.1 for `emoji`, 0.01 for `search: pgd`.</summary>
    [Range(0.0, 1e4)]
    public double? PreserveWeight { get; init; }

    /// <summary>Search steps between two weight steps. The paper's "Niter" is one more.</summary>
    [Range(0, 100)]
    public int SearchSteps { get; init; } = 1;

    /// <summary>Learning rate of Adam on the search's logits. The paper prints 1e-3, the authors' scripts use 1e-2.</summary>
    [Range(1e-6, 10.0)]
    public double SearchRate { get; init; } = 1e-2;

    /// <summary>Temperature of the Gumbel-softmax (tau).</summary>
    [Range(1e-2, 100.0)]
    public double Temperature { get; init; } = 2;

    /// <summary>Protect one word at a time; otherwise a mixture of embeddings.</summary>
    public bool Hard { get; init; } = true;

    /// <summary>Search on the very concept, pictures and timestep on which the next weight step trains, as the paper's algorithm reads; the authors' program draws anew.</summary>
    public bool PairedSearch { get; init; }

    /// <summary>For `search: pgd`: gradient steps on the embedding after each weight step; absent: 100 for `sd14`, 5 for `emoji`.</summary>
    [Range(1, 1000)]
    public int? PgdSteps { get; init; }

    /// <summary>For `search: pgd`: length of a step, as a share of the embedding's norm.</summary>
    [Range(1e-8, 1.0)]
    public double PgdRate { get; init; } = 1e-5;

    /// <summary>Paper or program, where they differ.</summary>
    public LossReading Reading { get; init; } = LossReading.Paper;

    /// <summary>What the losses compare; absent: as the reading says.</summary>
    public LossSpace? Space { get; init; }

    /// <summary>How far beyond the empty prompt the concept is pushed; absent: 0 for reading `paper`, 1 for `code`.</summary>
    [Range(-1.0, 20.0)]
    public double? NegativeGuidance { get; init; }

    /// <summary>On which pictures the adversarial concept is kept; absent: as the reading says.</summary>
    public LatentSource? Latents { get; init; }

    /// <summary>Where partial sampling stops; absent: `reference` for `sd14`, `aligned` for `emoji`.</summary>
    public StopRule? StopRule { get; init; }

    /// <summary>Steps of a whole picture; a training step takes half of them on average. Absent: 50 for `sd14`, 10 for `emoji`.</summary>
    [Range(2, 250)]
    public int? SamplingSteps { get; init; }

    /// <summary>Guidance scale of the pictures on which it trains; 1 means none.</summary>
    [Range(1.0, 30.0)]
    public double StartGuidance { get; init; } = 3;

    /// <summary>Sentences to erase the concept in; `{}` stands for it, `{a}` for it after `a` or `an`. Absent: the bare concept for `sd14`, four sentences for `emoji`.</summary>
    [MinLength(1), MaxLength(1000)]
    public IReadOnlyList<string>? Templates { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<Diagnostic> Validate()
    {
        var found = (Templates ?? []).Where(template => !ConceptPrompts.IsTemplate(template))
            .Select(template => Error($"template `{template}` must hold `{{}}` or `{{a}}` once, and no other braces")).ToList();
        if (Vocabulary is { } vocabulary && !WordSource.IsKnown(vocabulary) && !File.Exists(vocabulary))
            found.Add(Error($"vocabulary `{vocabulary}` is neither a file nor one of {WordSource.Names}"));
        if (Selection == CandidateSelection.Stratified && Pool < Candidates)
            found.Add(Error($"`pool` is {Pool}, expected at least `candidates`, {Candidates}"));
        if (Search == SearchKind.Pgd && (Latents == LatentSource.Own || PairedSearch))
            found.Add(Error("`search: pgd` trains on the erased concept's pictures and draws its own, so `latents: own` and `paired-search` do not go with it", "remove them"));
        return found;
    }

    private static Diagnostic Error(string message, string? hint = null) => Diagnostic.Error(DiagnosticId.BadEraserOptions, message, hint);
}

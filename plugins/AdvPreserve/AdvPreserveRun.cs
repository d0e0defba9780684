using Lethe.Sdk.Anchors;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;
using Lethe.Sdk.Training;

namespace Lethe.Plugins.AdvPreserve;

/// <summary>One training: weight steps and search steps in turn, J at a time.</summary>
internal sealed class AdvPreserveRun : IDisposable
{
    private readonly ErasureRequest _request;
    private readonly EraserContext _context;
    private readonly AdvPreserveSettings _settings;
    private readonly ConceptPrompts _prompts;
    private readonly StudentTeacher _pair;
    private readonly ResumableAdam _adam;
    private readonly PartialSampler _sampler;
    private readonly PreservationObjective _objective;
    private readonly TrainingDraw _draw;

    public AdvPreserveRun(ErasureRequest request, EraserContext context)
    {
        (_request, _context) = (request, context);
        var (model, encoder) = (request.Model, request.Model.TextEncoder);
        _settings = AdvPreserveSettings.Of(request.OptionsAs<AdvPreserveOptions>(), request.Concepts, encoder.Width);
        var empty = encoder.Encode([""]);
        _prompts = new ConceptPrompts(encoder, request.Concepts, _settings.Templates);
        _pair = new StudentTeacher(model.Denoiser, _settings.Parameters);
        _adam = new ResumableAdam(_pair.Parameters);
        _sampler = new PartialSampler(model.Schedule, _settings.SamplingSteps);
        _objective = new PreservationObjective(_pair, _sampler, _settings, empty);
        _draw = new TrainingDraw(torch.zeros([_settings.BatchSize, .. model.LatentShape], device: empty.device), empty);
    }

    /// <summary>The edit; the model is as it was once this object is disposed.</summary>
    public ModelEdit Train() => _settings.Options.Search == SearchKind.Gumbel ? TrainAgainstWords() : TrainAgainstEmbeddings();

    /// <inheritdoc/>
    public void Dispose()
    {
        _draw.Dispose();
        _adam.Dispose();
        _pair.Dispose();
        _prompts.Dispose();
    }

    private ModelEdit TrainAgainstWords()
    {
        var (candidates, cycle, shape) = (Candidates(), _settings.Cycle, _draw.Prompt.shape);
        using var search = new GumbelSearch(candidates, _settings.Options.Temperature, _settings.Options.Hard);
        using var log = new SearchLog(_settings.Iterations * cycle);
        Training(_settings.Iterations * cycle).Keep("search/", search.State).Keep("log", log.State).Run(step =>
        {
            if (!_settings.Options.PairedSearch || step == 0 || step % cycle == 1 % cycle)
                Draw();
            var sample = search.Draw(_draw.Concept, _context.Generator);
            var adversarial = search.Embedding(sample).reshape(shape);
            var values = step % cycle == 0 ? WeightStep(adversarial) : SearchStep(search, sample, adversarial);
            log.Note(step, sample.Concept, sample.Word);
            return values;
        });
        var settings = _settings.Describe(_request.Concepts, _context.Seed);
        settings["adversarial-concepts"] = log.Words(candidates);
        for (var i = 0; i < candidates.Count; i++)
            settings[$"candidates-{i + 1}"] = string.Join(", ", candidates[i].Words);
        settings[ModelEdit.ReportSetting] = log.Report([.. _request.Concepts.Select(concept => concept.Name)], candidates, search.Logits, cycle);
        return _pair.ToEdit(settings);
    }

    private ModelEdit TrainAgainstEmbeddings()
    {
        var encoder = _request.Model.TextEncoder;
        using var attack = new EmbeddingAttack(_request.Concepts.Select(concept => encoder.Encode([concept.Name])));
        Training(_settings.Iterations).Keep("search/", attack.State).Run(_ =>
        {
            Draw();
            var values = WeightStep(attack.Embedding(_draw.Concept));
            Draw();
            // Not to be cancelled from here on: weights have changed.
            var latents = _objective.Sample(_draw, [_draw.Prompt], default)[0];
            for (var i = 0; i < _settings.PgdSteps; i++)
            {
                using var scope = torch.NewDisposeScope();
                var (risk, gradient) = Risk(attack.Embedding(_draw.Concept), latents);
                attack.Climb(_draw.Concept, gradient, _settings.Options.PgdRate);
                values["risk"] = risk;
            }

            return values;
        });
        var settings = _settings.Describe(_request.Concepts, _context.Seed);
        var words = WordSource.Words(_settings.Vocabulary, _request);
        var nearest = VocabularySearch.Nearness(encoder, torch.cat([.. _request.Concepts.Select((_, i) => attack.Embedding(i))]), words, Similarity.Cosine, _context.Cancel);
        settings[ModelEdit.ReportSetting] = "Adversarial preservation with a free embedding, which has no name. " + string.Join(" ", _request.Concepts.Select((concept, i) =>
            $"While \"{concept.Name}\" was erased, the embedding ended nearest to: {string.Join(", ", CandidateWords.Choose(words, nearest[i], new HashSet<string>(), new() { Candidates = 5 }))}."));
        return _pair.ToEdit(settings);
    }

    private ResumableTraining Training(int steps) =>
        new ResumableTraining(_context, "training", steps).Keep("weight/", _pair.Weights).Keep("adam/", _adam.State).Keep("draw/", _draw.State);

    private void Draw() => _draw.Next(_prompts, _sampler, _settings.StopRule, _context.Generator);

    /// <summary>One step of Adam on <c>L1 + lambda L2</c>; the adversarial concept is given.</summary>
    private SortedDictionary<string, double> WeightStep(Tensor adversarial)
    {
        var own = _settings.Latents == LatentSource.Own;
        var latents = _objective.Sample(_draw, own ? [_draw.Prompt, adversarial] : [_draw.Prompt], _context.Cancel);
        var (erase, keep) = _objective.Losses(_draw, adversarial, latents[0], latents[^1]);
        (erase + _settings.PreserveWeight * keep).backward();
        _adam.Step(_settings.LearningRate);
        return Values(("erase", erase), ("keep", keep));
    }

    /// <summary>One step of ascent on L2 over the concepts; the weights are given.</summary>
    private SortedDictionary<string, double> SearchStep(GumbelSearch search, GumbelSearch.Sample sample, Tensor adversarial)
    {
        var latents = _objective.Sample(_draw, [_settings.Latents == LatentSource.Own ? adversarial : _draw.Prompt], _context.Cancel)[0];
        var (risk, gradient) = Risk(adversarial, latents);
        search.Climb(sample, gradient, _settings.Options.SearchRate);
        return new SortedDictionary<string, double>(StringComparer.Ordinal) { ["risk"] = risk };
    }

    /// <summary>L2 with its gradient for c_a; nothing is left behind on the weights.</summary>
    private (double Risk, Tensor Gradient) Risk(Tensor adversarial, Tensor latents)
    {
        var leaf = adversarial.detach().clone().requires_grad_();
        var risk = _objective.Keep(_draw, leaf, latents);
        return (risk.detach().item<float>(), torch.autograd.grad([risk], [leaf])[0]);
    }

    private IReadOnlyList<CandidateSet> Candidates()
    {
        var (encoder, options) = (_request.Model.TextEncoder, _settings.Options);
        var words = WordSource.Words(_settings.Vocabulary, _request);
        var excluded = (options.ExcludeErased ? _request.Concepts.SelectMany(concept => concept.Phrases) : []).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var similarity = options.Selection == CandidateSelection.Nearest ? Similarity.Cosine : Similarity.Distance;
        using var still = torch.no_grad();
        var nearness = VocabularySearch.Nearness(encoder, encoder.Encode([.. _request.Concepts.Select(concept => concept.Name)]), words, similarity, _context.Cancel);
        return [.. nearness.Select((near, i) =>
        {
            var chosen = CandidateWords.Choose(words, near, excluded, options);
            return chosen.Count > 0
                ? new CandidateSet(chosen, encoder.Encode(chosen).flatten(1))
                : throw new InvalidDataException($"vocabulary `{_settings.Vocabulary}` has no candidate for `{_request.Concepts[i].Name}`, expected at least one word besides what is erased");
        })];
    }

    private static SortedDictionary<string, double> Values(params (string Name, Tensor Loss)[] losses) =>
        new(losses.ToDictionary(item => item.Name, item => (double)item.Loss.detach().item<float>()), StringComparer.Ordinal);
}
